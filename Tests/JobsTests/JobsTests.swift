import Testing

/// Everything that is tested of Jobs; the suites stand in files of their own.
@Suite struct JobsTests {}
