/// The files of a new project.
enum ProjectTemplate {
    static func files(name: String) -> [(path: String, text: String)] {
        let files = [
            (".gitignore", gitignore), (".luals/testing.lua", testAnnotations), (".luals/project.lua", projectAnnotations), (".mastic/config", config), (".github/workflows/ci.yml", ci), ("README.md", readme), ("project.lua", project),
            ("jobs/sales.lua", job), ("data/orders/2026-03-01.csv", firstDay), ("data/orders/2026-03-02.csv", secondDay), ("tests/sales_test.lua", test),
            ("tests/fixtures/orders.csv", fixture), ("tests/snapshots/sales_test/what-the-job-writes.txt", snapshot),
        ]
        return files.map { ($0.0, $0.1.replacing("@NAME@", with: name)) }
    }

    private static let job = #"""
        -- Reads the shop's orders, keeps what was sold, and writes Parquet, a folder for each day.
        --
        --     mastic run jobs/sales.lua
        --     mastic run jobs/sales.lua --source data/orders --target out/sales
        local job = Job(glueContext)
        job:init(args.JOB_NAME or "sales", args)

        -- CSV cells are strings; what they mean is decided below. The job makes its output anew from all orders, so the source has no
        -- transformation_ctx: with one, and bookmarks on, it would read what is new alone, and overwrite all that it had written before.
        local orders = glueContext.create_dynamic_frame.from_options{
          connection_type = "s3", format = "csv", format_options = {withHeader = true},
          connection_options = {paths = {args.source or "data/orders"}}}

        -- An amount that is no number, such as "n/a", is none that was sold for.
        local sold = Filter.apply{frame = orders, f = function(r)
          local amount = tonumber(r.amount)
          return r.status == "completed" and amount ~= nil and amount > 0
        end}

        local sales = Map.apply{frame = sold, f = function(r)
          return {
            order_id = math.tointeger(tonumber(r.order_id)),
            customer = r.customer:lower(),
            category = r.category ~= "" and r.category or "unknown",
            amount   = tonumber(r.amount) + 0.0,
            day      = r.ordered_at:sub(1, 10),
          }
        end}

        glueContext.write_dynamic_frame.from_options{
          frame = sales, connection_type = "s3", format = "parquet",
          connection_options = {path = args.target or "out/sales", partitionKeys = {"day"}, mode = "overwrite"},
          transformation_ctx = "sales"}

        job:commit()

        """#

    private static let test = #"""
        -- Tests of jobs/sales.lua; run them with: mastic test
        describe("the sales job", function()
          before_each(function() copy_fixture("orders.csv", "in/orders.csv") end)

          local function sales()
            local run = run_job("jobs/sales.lua", {source = "in", target = "out"})
            expect(run.status):toBe("SUCCEEDED")
            return read("out")
          end

          test("keeps completed orders with an amount above 0", function()
            expect(sales()):toHaveRows{
              {order_id = 1, amount = 19.9},
              {order_id = 4, amount = 5.0},
              {order_id = 6, amount = 120.0},
            }
          end)

          test("writes customers in small letters, and a category for all", function()
            expect(sales()):toContainRow{order_id = 4, customer = "ben", category = "unknown"}
          end)

          test("has a folder for each day", function()
            sales()
            expect(read("out/day=2026-03-01")):toHaveCount(2)
            expect(read("out/day=2026-03-02")):toHaveCount(1)
          end)

          test("writes the same rows when it runs twice", function()
            sales()
            expect(sales()):toHaveCount(3)
          end)

          test("writes what it always wrote", function()
            expect(sales()):toMatchSnapshot("what the job writes")
          end)
        end)

        """#

    private static let fixture = """
        order_id,customer,category,amount,status,ordered_at
        1,Anna,books,19.90,completed,2026-03-01 09:12:44
        2,ANNA,books,12.50,cancelled,2026-03-01 09:15:02
        3,Ben,toys,n/a,completed,2026-03-01 10:41:30
        4,Ben,,5.00,completed,2026-03-01 11:03:17
        5,Cleo,games,-3.00,completed,2026-03-02 08:22:59
        6,Cleo,games,120.00,completed,2026-03-02 16:45:10

        """

    private static let snapshot = """
        root
        |-- order_id: long
        |-- customer: string
        |-- category: string
        |-- amount: double
        |-- day: date

        +--------+--------+--------+------+----------+
        |order_id|customer|category|amount|day       |
        +--------+--------+--------+------+----------+
        |1       |anna    |books   |19.9  |2026-03-01|
        |4       |ben     |unknown |5.0   |2026-03-01|
        |6       |cleo    |games   |120.0 |2026-03-02|
        +--------+--------+--------+------+----------+
        3 rows

        """

    private static let firstDay = """
        order_id,customer,category,amount,status,ordered_at
        1001,Anna Weber,books,19.90,completed,2026-03-01 07:58:12
        1002,Ben Okafor,toys,34.50,completed,2026-03-01 08:03:41
        1003,CLEO MARTIN,games,59.99,completed,2026-03-01 08:20:05
        1004,Dana Ruiz,books,12.00,cancelled,2026-03-01 08:44:37
        1005,Emil Novak,,8.75,completed,2026-03-01 09:10:00
        1006,Fay Chen,garden,n/a,completed,2026-03-01 09:31:26
        1007,"Gupta, Ravi",books,27.40,completed,2026-03-01 10:02:18
        1008,Hana Sato,toys,0.00,completed,2026-03-01 10:15:53
        1009,Ivo Petrov,games,45.00,pending,2026-03-01 11:27:09
        1010,Jo Lindqvist,garden,149.00,completed,2026-03-01 12:40:31
        1011,anna weber,books,16.20,completed,2026-03-01 13:05:47
        1012,Ben Okafor,toys,-34.50,refunded,2026-03-01 14:18:22
        1013,Kim Duarte,books,22.10,completed,2026-03-01 15:59:58
        1014,Lea Fontaine,games,,completed,2026-03-01 17:34:11
        1015,Max Brandt,garden,88.88,completed,2026-03-01 20:12:45

        """

    private static let secondDay = """
        order_id,customer,category,amount,status,ordered_at
        1016,Nia Adeyemi,books,14.99,completed,2026-03-02 06:49:03
        1017,Otto Klein,toys,21.00,completed,2026-03-02 07:30:28
        1018,Pia Rossi,games,59.99,completed,2026-03-02 08:11:54
        1019,Quin Murphy,,unknown,cancelled,2026-03-02 08:12:00
        1020,Rosa Silva,garden,230.00,completed,2026-03-02 09:47:36
        1021,Sam Eriksen,books,9.50,completed,2026-03-02 10:05:19
        1022,Tara Singh,toys,17.25,pending,2026-03-02 11:38:42
        1023,CLEO MARTIN,games,39.99,completed,2026-03-02 12:55:07
        1024,Uli Werner,books,31.80,completed,2026-03-02 14:20:33
        1025,Vera Popova,garden,64.00,completed,2026-03-02 18:01:15

        """

    private static let project = #"""
        -- What runs, and when. mastic apply makes the catalog so; mastic serve runs it.
        project "@NAME@"

        local source = env("SOURCE", "data/orders")
        local target = env("TARGET", "out/sales")

        job{ name = "sales", script = "jobs/sales.lua", description = "Completed orders as Parquet, by day", timeout = "30m", max_retries = 1,
             arguments = { source = source, target = target } }

        -- mastic crawler run sales_files puts what the job wrote into the catalog, as sales_db.sales.
        crawler{ name = "sales_files", targets = { target }, database = "sales_db" }

        trigger{ name = "nightly", schedule = "cron(0 2 * * ? *)", start = "sales" }

        -- When the job is done, the catalog learns of new days.
        trigger{ name = "then_crawl", when = "sales", start = { { crawler = "sales_files" } } }

        """#

    private static let config = """
        # Settings of this project, one `key = value` a line.
        # Names such as s3://bucket/key stand for files below .mastic/s3.
        s3 = "local"

        """

    private static let gitignore = """
        # What runs leave behind; the settings stay.
        .mastic/*
        !.mastic/config
        out/
        report.xml
        coverage.info

        """

    /// What editors need to know of the functions that tests and project files have, beside the annotations of the script API.
    private static let testAnnotations = #"""
        ---@meta
        -- What tests/*.lua have beside the script API; see mastic test --help.

        ---@param name string
        ---@param body fun()
        function test(name, body) end
        ---Registers a test that is not run; inside a test: ends it as skipped.
        ---@param name string
        ---@param body? fun()
        function skip(name, body) end
        ---@param name string
        ---@param body fun()
        function describe(name, body) end
        ---@param body fun()
        function before_each(body) end
        ---@param body fun()
        function after_each(body) end
        ---A DynamicFrame of rows: frame{{id = 1}, {id = 2}}, or frame{schema = "id int", rows = {{1}}}.
        ---@param rows table
        ---@return DynamicFrame
        function frame(rows) end
        ---A DynamicFrame of a file in tests/fixtures.
        ---@param name string
        ---@param options? {format?: string, format_options?: table}
        ---@return DynamicFrame
        function fixture(name, options) end
        ---@param name string
        ---@return string
        function fixture_path(name) end
        ---@param name string
        ---@param to? string
        ---@return string
        function copy_fixture(name, to) end
        ---@param name string database.table
        ---@param rows any
        ---@param options? {partition_by?: string, format?: string}
        function table_in_catalog(name, rows, options) end
        ---@param path string
        ---@param database string
        function crawl(path, database) end
        ---What was written, as a DataFrame.
        ---@param path string
        ---@param options? {format?: string, header?: boolean, inferSchema?: boolean}
        ---@return DataFrame
        function read(path, options) end

        ---@class JobRun
        ---@field status "SUCCEEDED"|"FAILED"
        ---@field exit_status integer
        ---@field output string
        ---@field error string?
        ---@field log string
        ---@field rows_read integer
        ---@field rows_written integer
        ---@field error_records integer
        ---@field run_id string?

        ---@param script string
        ---@param arguments? table
        ---@return JobRun
        function run_job(script, arguments) end

        clock = {}
        ---@param moment any "2026-03-01 02:00:00", in UTC
        function clock.set(moment) end
        ---@param duration string|number "1h 30m", or seconds
        function clock.advance(duration) end
        function clock.now() end

        ---@class Expectation
        ---@field never Expectation
        ---@field not_ Expectation
        ---@field toBe fun(self, expected: any)
        ---@field toEqual fun(self, expected: any)
        ---@field toBeNil fun(self)
        ---@field toBeTruthy fun(self)
        ---@field toBeFalsy fun(self)
        ---@field toBeGreaterThan fun(self, other: any)
        ---@field toBeLessThan fun(self, other: any)
        ---@field toBeCloseTo fun(self, expected: number, tolerance?: number)
        ---@field toContain fun(self, part: any)
        ---@field toMatch fun(self, pattern: string)
        ---@field toRaise fun(self, pattern?: string)
        ---@field toHaveCount fun(self, count: integer)
        ---@field toBeEmpty fun(self)
        ---@field toHaveRows fun(self, rows: table, options?: {ordered?: boolean, exact?: boolean, key?: string|string[], tolerance?: number})
        ---@field toContainRow fun(self, row: table)
        ---@field toHaveColumns fun(self, names: string[])
        ---@field toHaveSchema fun(self, schema: string|table<string, string>)
        ---@field toMatchSnapshot fun(self, name?: string)

        ---@param value any
        ---@return Expectation
        function expect(value) end

        """#

    /// The same for project files.
    private static let projectAnnotations = #"""
        ---@meta
        -- What project.lua has; see mastic apply --help.

        ---@param name string
        function project(name) end
        ---@param definition table
        ---@return string
        function job(definition) end
        ---@param definition table
        ---@return string
        function crawler(definition) end
        ---@param definition table
        ---@return string
        function trigger(definition) end
        ---@param definition table
        ---@return string
        function workflow(definition) end
        ---@param name string
        ---@param default? string
        ---@return string
        function env(name, default) end

        """#

    private static let ci = #"""
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-latest
            steps:
              - uses: actions/checkout@v4
              - name: Find mastic
                # One binary; put it on the runner's PATH, or fetch it here from where your team keeps it.
                run: mastic --version
              - name: Check the jobs
                run: for script in jobs/*.lua; do mastic check "$script" || exit 1; done
              - name: Test the jobs
                run: mastic test --ci --junit report.xml
              - name: Check the project file
                run: mastic apply --dry-run
              - uses: actions/upload-artifact@v4
                if: always()
                with:
                  name: test-results
                  path: report.xml

        """#

    private static let readme = #"""
        # @NAME@

        | | |
        | --- | --- |
        | `jobs/sales.lua` | the job: orders in CSV become Parquet, by day |
        | `data/orders/` | orders to try it with; some of them are not as they should be |
        | `tests/` | tests of the job, with their fixtures and snapshots |
        | `project.lua` | which jobs, crawlers and triggers there are, and when they run |
        | `.mastic/` | catalog, runs and settings of this project |

            mastic run jobs/sales.lua           # writes out/sales
            mastic test                         # runs tests/
            mastic check jobs/sales.lua         # finds mistakes without running it
            mastic watch jobs/sales.lua         # runs it on a sample whenever something changes
            mastic apply                        # shows what project.lua would change in the catalog, and asks
            mastic job run sales                # a run that is recorded, retried and logged
            mastic serve                        # runs what is due, until it is stopped

        The same job in another place: `SOURCE=s3://bucket/orders TARGET=s3://bucket/sales mastic apply`.

        """#
}
