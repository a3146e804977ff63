// All files of the module compare text by code units.
@_exported public import CodeUnits
// What an execution does to items is part of it.
@_exported public import WaitableItems
