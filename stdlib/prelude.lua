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
