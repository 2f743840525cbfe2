import Testing

/// Everything that is tested of Scripting; the suites stand in files of their own.
@Suite struct ScriptingTests {}
