#include "internal.h"
void mst_open_rows(lua_State *L, struct mst_state *s) { (void)L; (void)s; }
void mst_row_to_table(lua_State *L, int index) { (void)index; lua_newtable(L); }
int mst_row_next(lua_State *L) { lua_pushnil(L); return 1; }
