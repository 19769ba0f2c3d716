using CsCheck;
using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>Listings, against sorting and filtering by hand.</summary>
public sealed class QueueListingTests : IDisposable
{
    private static readonly string[] Users = ["ann", "bob", "eve"];
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Gen<QueueListing> Listings = Gen.Select(
        Gen.Enum<QueueSort>(), Gen.Bool, Gen.Int[1, 30],
        Gen.Enum<GpuJobState>().Array[0, 3].Null(), Gen.Int[0, 2].Select(at => Users[at]).Array[0, 2].Null(), Gen.Int[0, 60].Nullable(), Gen.Int[0, 140].Array[0, 20].Null(),
        (sort, descending, limit, states, users, since, ids) => new QueueListing
        {
            Sort = sort,
            Descending = descending,
            Limit = limit,
            Filter = new GpuJobQuery
            {
                States = states,
                Users = users,
                Since = since is { } hour ? Start.AddHours(hour) : null,
                Ids = ids?.Select(id => $"{id}").ToArray(),
            },
        });

    private readonly QueueFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pages_put_together_are_what_was_asked_for()
    {
        await using var store = _folder.Open();
        var jobs = await FillAsync(store, 120);
        await Listings.SampleAsync(async listing =>
        {
            List<long> found = [];
            var pages = 0;
            for (string? cursor = null; pages == 0 || cursor is not null; pages++)
            {
                var page = await store.ListAsync(listing with { Cursor = cursor }, Token);
                Assert.InRange(page.Jobs.Count, cursor is null ? 0 : 1, listing.Limit);
                found.AddRange(page.Jobs.Select(job => job.Id));
                cursor = page.Next;
            }

            Assert.Equal(Expected(jobs, listing), found);
            Assert.Equal(Math.Max(1, (found.Count + listing.Limit - 1) / listing.Limit), pages);
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("id.up.1.x")]
    [InlineData("id.down.1.1")]
    [InlineData("priority.up.1.1")]
    public async Task A_cursor_of_something_else_is_refused(string cursor)
    {
        await using var store = _folder.Open();
        Assert.Equal("InvalidCursor", (await Assert.ThrowsAsync<GpuOpsException>(() => store.ListAsync(new QueueListing { Cursor = cursor }, Token))).Id);
    }

    [Fact]
    public async Task A_page_has_a_sensible_size()
    {
        await using var store = _folder.Open();
        Assert.Equal("InvalidLimit", (await Assert.ThrowsAsync<GpuOpsException>(() => store.ListAsync(new QueueListing { Limit = 0 }, Token))).Id);
        Assert.Equal("InvalidLimit", (await Assert.ThrowsAsync<GpuOpsException>(() => store.ListAsync(new QueueListing { Limit = 1001 }, Token))).Id);
    }

    [Theory]
    [InlineData(null, null, QueueSort.Id)]
    [InlineData(null, GpuJobState.Failed, QueueSort.Id)]
    [InlineData("ann", GpuJobState.Failed, QueueSort.Id)]
    [InlineData(null, null, QueueSort.Ended)]
    [InlineData(null, null, QueueSort.Priority)]
    public void A_first_page_reads_an_index_in_its_order(string? user, GpuJobState? state, QueueSort sort)
    {
        foreach (var descending in new[] { false, true })
            ReadsAnIndex(user, state, sort, descending);
    }

    private void ReadsAnIndex(string? user, GpuJobState? state, QueueSort sort, bool descending)
    {
        Directory.CreateDirectory(_folder.Options.Folder);
        using (var connection = new QueueDatabase(_folder.Options.File, QueueMigrations.All).OpenForWriting())
            connection.Close();
        using var reading = new QueueDatabase(_folder.Options.File, QueueMigrations.All).OpenForReading();
        using var command = reading.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = $"EXPLAIN QUERY PLAN {QueueReader.SliceNumbers(user, state, null, QueueOrder.Of(sort, descending), after: null)}";
#pragma warning restore CA2100
        foreach (var at in Enumerable.Range(1, 6))
            command.Parameters.AddWithValue($"?{at}", 1);
        using var row = command.ExecuteReader();
        while (row.Read())
            Assert.DoesNotContain("TEMP B-TREE", row.GetString(3), StringComparison.Ordinal);
    }

    private static List<long> Expected(IReadOnlyList<StoredJob> jobs, QueueListing listing)
    {
        var filter = listing.Filter;
        var kept = jobs.Where(job =>
            (filter.Ids is null || filter.Ids.Contains($"{job.Id}"))
            && (filter.Users is null || filter.Users.Contains(job.User))
            && (filter.States is null || filter.States.Contains(job.State))
            && (filter.Since is not { } since || job.Ended is null || job.Ended >= since)
            && (listing.Sort != QueueSort.Ended || job.Ended is not null));
        var sorted = listing.Sort switch
        {
            QueueSort.Priority => kept.OrderByDescending(job => job.Priority).ThenBy(job => job.Id),
            QueueSort.Ended => kept.OrderBy(job => job.Ended).ThenBy(job => job.Id),
            _ => kept.OrderBy(job => job.Id),
        };
        return [.. (listing.Descending ? sorted.Reverse() : sorted).Select(job => job.Id)];
    }

    private static async Task<IReadOnlyList<StoredJob>> FillAsync(QueueStore store, int count)
    {
        var random = new Random(1);
        List<StoredJob> jobs = [];
        for (var number = 0; number < count; number++)
        {
            var job = (await store.AddAsync([QueueFolder.Job() with { Priority = random.Next(3) }], Users[random.Next(3)], Token)).Single();
            var state = (GpuJobState)random.Next(7);
            var ended = GpuJobStates.IsFinal(state) ? Start.AddHours(random.Next(60)) : (DateTimeOffset?)null;
            jobs.Add((await store.ChangeAsync(job.Id, it => it with { State = state, Ended = ended }, Token))!);
        }

        return jobs;
    }
}
