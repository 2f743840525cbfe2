-- What is easier said in Lua than in Swift. Runs in every script's state before the script.

-- Applies a function to every frame of a collection; the function gets the frame and "ctx:key".
MapToCollection = {}
function MapToCollection.apply(dfc, callable, transformation_ctx)
  if type(dfc) == "table" then
    local a = dfc
    dfc, callable, transformation_ctx = a.dfc, a.callable, a.transformation_ctx
  end
  return dfc:map(callable, transformation_ctx or "")
end

-- Applies a transform to every frame of a collection: FlatMap.apply(dfc, Transform, "frame", ctx, {other arguments}).
FlatMap = {}
function FlatMap.apply(dfc, BaseTransform, frame_name, transformation_ctx, base_kwargs)
  if type(dfc) == "table" then
    local a = dfc
    base_kwargs = {}
    for name, value in pairs(a) do
      if name ~= "dfc" and name ~= "BaseTransform" and name ~= "frame_name" and name ~= "transformation_ctx" then base_kwargs[name] = value end
    end
    dfc, BaseTransform, frame_name, transformation_ctx = a.dfc, a.BaseTransform, a.frame_name, a.transformation_ctx
  end
  return dfc:flatmap(function(frame, ctx)
    local arguments = {transformation_ctx = ctx}
    for name, value in pairs(base_kwargs or {}) do arguments[name] = value end
    arguments[frame_name or "frame"] = frame
    return BaseTransform.apply(arguments)
  end, transformation_ctx or "")
end

-- help(value): prints what the reference says of a function, a class, an object, or a name. Tables, and functions written in Lua, are looked up by their places
-- among the globals and in the modules that were loaded.
do
  local describe, next, pcall, rawequal, rawget, select, type = help, next, pcall, rawequal, rawget, select, type
  local globals = _G

  local function key(of, held)
    for name, value in next, held do
      if type(name) == "string" and rawequal(value, of) then return name end
    end
  end

  local function path(of)
    local name = key(of, globals)
    if name then return name end
    for table, held in next, globals do
      if type(table) == "string" and type(held) == "table" and not rawequal(held, globals) then
        -- A record that is no longer valid looks like a table.
        local done, field = pcall(key, of, held)
        if done and field then return table .. "." .. field end
      end
    end
  end

  function help(...)
    if select("#", ...) == 0 then return describe() end
    local value = ...
    local kind = type(value)
    local found = (kind == "table" or kind == "function") and path(value)
    if kind == "table" and not found then
      -- A table of a script's own that is made like a transform class is known by what it applies.
      local done, apply = pcall(rawget, value, "apply")
      if done and type(apply) == "function" then return help(apply) end
      return describe(false)
    end
    return describe(found or value)
  end
end
