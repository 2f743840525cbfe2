import Testing

/// Everything that is tested of Engine; the suites stand in files of their own.
@Suite struct EngineTests {}
