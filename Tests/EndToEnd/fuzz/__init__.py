"""The differential fuzzer of row functions: random Lua functions over random records, run by Mastic with lifting, by Mastic without, and by a plain Lua."""
