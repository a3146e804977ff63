// All files of the module compare text by code units.
@_exported public import CodeUnits
