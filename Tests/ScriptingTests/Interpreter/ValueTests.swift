import Scripting
import Testing

/// Decimals, dates, timestamps and null, as scripts use them.
@Suite struct ValueTests {
    @Test(arguments: [
        // Decimals are exact.
        ("d('0.1') + d('0.2')", "0.3"), ("d('1.50') * d('2.0')", "3.000"), ("d('1.5') - 2", "-0.5"), ("2 * d('1.25')", "2.50"),
        ("d('10.00') / 3", "3.333333"), ("d('1') / d('8')", "0.125000"), ("d('2') / 3", "0.666667"), ("d('-2') / 3", "-0.666667"),
        ("d('1') / d('1234567')", "0.00000081"), ("d('7.5') // 2", "3"), ("d('-7.5') // 2", "-4"), ("d('7.5') % 2", "1.5"), ("d('-7.5') % 2", "0.5"),
        ("-d('1.5')", "-1.5"), ("d('1.5') + 0.25", "1.75"), ("d('1.5') * 1.0", "1.5"), ("d('3.0') ^ 2", "9.0"),
        ("d('99999999999999999999999999999999999999')", "99999999999999999999999999999999999999"), ("d('0.00')", "0.00"), ("d('-0.05')", "-0.05"),
        ("d('1.5'):tonumber()", "1.5"), ("math.type(d('15.00'):tonumber())", "integer"), ("d('1.005'):round(2)", "1.01"), ("d('-1.5'):round()", "-2"),
        ("d('x')", "nil"), ("d('1e5')", "nil"), ("d('')", "nil"), ("d(5)", "5"), ("'is ' .. d('1.50') .. '!'", "is 1.50!"),
        ("d('1.50') == d('1.5')", "true"), ("d('1.5') < 2", "true"), ("2 <= d('1.5')", "false"), ("d('1.5') > 1.4", "true"), ("d('0.1') < 0.1", "false"),
        ("d('1') == 1", "false"), ("d('9007199254740993') > 9007199254740992.0", "false"), ("d('9007199254740993') > 9007199254740992", "true"),
        // Dates.
        ("day('2024-02-29')", "2024-02-29"), ("day('2024-02-29') + 1", "2024-03-01"), ("day('2024-03-01') - 1", "2024-02-29"),
        ("day('2024-03-01') - day('2024-02-01')", "29"), ("day('2023-02-29')", "nil"), ("day('1969-12-31') - day('1970-01-01')", "-1"),
        ("day(2024, 2, 29)", "2024-02-29"), ("day('2024-02-29').year + day('2024-02-29').month * day('2024-02-29').day", "2082"),
        ("day('2024-01-01') < day('2024-01-02')", "true"), ("day('2024-01-01') == day('2024-01-01')", "true"), ("day('0001-01-01')", "0001-01-01"),
        ("day('2024-02-29'):format('%d.%m.%y %j %a %A %b %B %u')", "29.02.24 060 Thu Thursday Feb February 4"),
        ("day('2024-12-30'):format('%G-W%V')", "2025-W01"), ("day('2021-01-03'):format('%G-W%V-%U-%W')", "2020-W53-01-00"),
        // Timestamps.
        ("t('2024-02-29T13:45:10Z')", "2024-02-29 13:45:10"), ("t('2024-02-29 13:45:10.120')", "2024-02-29 13:45:10.12"),
        ("t('2024-02-29T13:45:10+02:00')", "2024-02-29 11:45:10"), ("t('2024-02-29')", "2024-02-29 00:00:00"),
        ("t('2024-02-29 00:00:10') - t('2024-02-29')", "10"), ("t('2024-02-29 00:00:00.5') - t('2024-02-29')", "0.5"),
        ("t('2024-02-29') + 1.5", "2024-02-29 00:00:01.5"), ("t('2024-03-01') - 1", "2024-02-29 23:59:59"), ("t('1969-12-31 23:59:59.5')", "1969-12-31 23:59:59.5"),
        ("t('2024-02-29 13:45:10.5').microsecond", "500000"), ("t('2024-02-29 13:45:10').hour", "13"), ("t(0)", "1970-01-01 00:00:00"),
        ("t('2024-02-29'):format('%Y-%m-%dT%H:%M:%SZ')", "2024-02-29T00:00:00Z"), ("t('2024-02-29 15:04:05'):format('%I:%M %p %s')", "03:04 PM 1709219045"),
        ("day('2024-02-29') == t('2024-02-29')", "true"), ("day('2024-02-29') < t('2024-02-29 00:00:01')", "true"), ("day(t('2024-02-29 13:00:00'))", "2024-02-29"),
        // Null.
        ("null", "null"), ("null == nil", "false"), ("null == null", "true"), ("null and 'truthy'", "truthy"), ("type(null)", "userdata"), ("#{1, null, 3}", "3"),
    ])
    func gives(expression: String, expected: String) throws {
        let code = "local v = require 'mastic.values' local d, day, t = v.decimal, v.date, v.timestamp print(tostring(\(expression)))"
        #expect(try output(of: code) == expected + "\n")
    }

    @Test(arguments: [
        ("d('1') + {}", "attempt to add a decimal and a table"), ("d('1') < 'x'", "attempt to compare decimal with string"),
        ("d('1') / 0", "attempt to divide a decimal by zero"), ("d('1') // 0", "attempt to perform 'n//0'"), ("d('1') % 0", "attempt to perform 'n%%0'"),
        ("d('99999999999999999999999999999999999999') + 1", "a decimal result needs more than 38 digits"),
        ("d('99999999999999999999') * d('99999999999999999999')", "a decimal result needs more than 38 digits"),
        ("day('2024-01-01') + day('2024-01-01')", "attempt to add a date and a date"), ("day('2024-01-01') + 0.5", "a date moves by whole days, not by a fraction"),
        ("day('2024-01-01') < 5", "attempt to compare date with number"),
        ("day('2024-01-01').yaer", "a date has no 'yaer' (it has year, month, day, hour, minute, second, microsecond and format)"),
        ("day('2024-01-01'):format('%Q')", "unknown directive '%Q' in format '%Q'"), ("t('2024-01-01') + math.maxinteger", "the timestamp is out of range"),
        ("null .. 'x'", "attempt to concatenate a null value"), ("null.x", "attempt to index a null value"),
    ])
    func refuses(expression: String, message: String) throws {
        let code = "local v = require 'mastic.values' local d, day, t = v.decimal, v.date, v.timestamp return \(expression)"
        let error = try #require(failure(of: code))
        #expect(error.message == message || error.message.hasPrefix(message), "\(error.message)")
    }
}
