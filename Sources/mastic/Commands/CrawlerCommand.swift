internal import ArgumentParser
internal import Catalog
internal import Connectors
internal import Jobs

struct CrawlerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crawler", abstract: "Shows crawlers. mastic apply makes crawlers; mastic crawl crawls a path without one.",
        discussion: """
            Examples:
              mastic crawler list
              mastic crawler show raw_sales --json
            """,
        subcommands: [List.self, Show.self, CrawlerRunCommand.self, Delete.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the crawlers with their last run and next time.", discussion: "Example:\n  mastic crawler list")
        @OptionGroup var common: CommonOptions

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let crawlers = catalog.exists ? try catalog.definitions(CrawlerRecord.self) : []
            if common.json { return print(try JSONListing.text(crawlers)) }
            let last = Dictionary(try catalog.exists ? catalog.overview(of: .crawler).map { ($0.name, $0.run) } : []) { $1 }
            let statuses = try catalog.exists ? catalog.triggerStatuses() : [:]
            var listing = Listing("crawler", "state", "last run", "next", "database", "targets")
            listing.style = { column, text in column == 1 ? DefinitionListing.style(of: text) : nil }
            for crawler in crawlers {
                let next = ComingTimes.next(of: crawler, status: statuses[CatalogStore.crawlerTick(crawler.name)], after: CatalogStore.now)
                let run = last[crawler.name] ?? nil
                listing.rows.append([
                    crawler.name, run?.state.rawValue ?? "", Screen.time(run?.started), Screen.time(next), crawler.databaseName,
                    Complaint.escaped(crawler.targets.s3Targets.map(\.path).joined(separator: ", ")),
                ])
            }
            StandardOutput.write(listing.render())
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a crawler.", discussion: "Example:\n  mastic crawler show raw_sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The crawler.") var name: String

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            let crawler = try DefinitionNames.require(CrawlerRecord.self, name, in: catalog)
            if common.json { return print(try JSONListing.text(crawler)) }
            var text = "crawler \(Complaint.escaped(crawler.name))\n" + DefinitionListing.text(DefinitionText.members(of: crawler))
            let triggers = try DefinitionListing.triggers(starting: RunNode(.crawler, name), in: catalog)
            if !triggers.isEmpty {
                text += "\nstarted by\n" + DefinitionListing.text(triggers.map { ($0.name, $0.cause + ($0.workflowName.map { "  (workflow \($0))" } ?? "")) })
            }
            StandardOutput.write(text)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes a crawler. The tables that it made stay.", discussion: "Example:\n  mastic crawler delete raw_sales")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The crawler.") var name: String
        @Flag(help: "Even if triggers name it.") var force = false

        func run() throws {
            let catalog = try Session(common.sessionOptions).home.catalog
            _ = try DefinitionNames.require(CrawlerRecord.self, name, in: catalog)
            let triggers = try DefinitionListing.triggers(naming: RunNode(.crawler, name), in: catalog)
            guard force || triggers.isEmpty else { throw DefinitionInUse.error("crawler", name, triggers) }
            try catalog.apply([.delete(.crawler, name)])
        }
    }
}
