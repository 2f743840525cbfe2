-- require "awsglue.transforms": the transform classes, which are globals too.
return {
  ApplyMapping = ApplyMapping, Coalesce = Coalesce, DropFields = DropFields, DropNullFields = DropNullFields,
  ErrorsAsDynamicFrame = ErrorsAsDynamicFrame, Filter = Filter, FlatMap = FlatMap, Join = Join, Map = Map, MapToCollection = MapToCollection,
  Relationalize = Relationalize, RenameField = RenameField, Repartition = Repartition, ResolveChoice = ResolveChoice, SelectFields = SelectFields,
  SelectFromCollection = SelectFromCollection, SplitFields = SplitFields, SplitRows = SplitRows, Spigot = Spigot, Unbox = Unbox, Union = Union,
  UnnestFrame = UnnestFrame,
}
