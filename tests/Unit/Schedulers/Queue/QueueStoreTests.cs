using System.Text;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Store;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>What the store keeps, and what it answers.</summary>
public sealed class QueueStoreTests : IDisposable
{
    private readonly QueueFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_comes_back_as_it_was_asked_for()
    {
        var request = new GpuJobRequest
        {
            RequestId = "r1",
            Name = "seed 1",
            Arguments = ["sh", "-c", "echo \"{\\\"a\\\":1}\"", "", "ä\n\t'€😀"],
            Script = new byte[] { 0, 255, 10 },
            WorkFolder = "/data/über",
            Demand = new GpuDemand(Share: 0.25m),
            Cpus = 3,
            Priority = -5,
            TimeLimit = TimeSpan.FromDays(40),
            Grace = TimeSpan.Zero,
            Hold = true,
            Retries = 2,
            RetryExitCodes = [75, 1],
            MergeStreams = true,
            Tags = ["night"],
        };
        long id;
        await using (var store = _folder.Open(_time))
            id = (await store.AddAsync([request], "ann", Token)).Single().Id;

        await using var again = _folder.Open(_time);
        var job = (await again.FindAsync(id, Token))!;
        Assert.Equal((1, "ann", GpuJobState.Queued, true, -5, _time.GetUtcNow()), (job.Id, job.User, job.State, job.IsHeld, job.Priority, job.Submitted));
        Assert.Equal(request.Arguments, job.Request.Arguments);
        Assert.Equal(request.Script.Value.ToArray(), job.Request.Script!.Value.ToArray());
        Assert.Equal(request.RetryExitCodes, job.Request.RetryExitCodes);
        Assert.Equal(request.Tags, job.Request.Tags);
        Assert.Equal(
            request with { Arguments = [], Script = null, RetryExitCodes = [], Tags = [], Variables = job.Request.Variables, Dependencies = [] },
            job.Request with { Arguments = [], Script = null, RetryExitCodes = [], Tags = [], Dependencies = [] });
    }

    [Fact]
    public async Task What_is_answered_is_what_will_be_read()
    {
        await using var store = _folder.Open(_time);
        var variables = new Dictionary<string, string> { ["A"] = "b" };
        _time.Advance(TimeSpan.FromTicks(12345));
        GpuJobRequest[] requests =
        [
            QueueFolder.Job() with { Priority = 3, Hold = true, Variables = variables, RequestId = "r" },
            QueueFolder.Job() with { Dependencies = [new("1", GpuJobDependencyType.Any)], Variables = variables },
        ];
        var answered = await store.AddAsync(requests, "ann", Token);
        await store.ChangeAsync(2, job => job with { State = GpuJobState.Failed, Ended = job.Submitted }, Token);
        var broken = (await store.AddAsync([QueueFolder.Job() with { Dependencies = [new("2")] }], "ann", Token)).Single();
        foreach (var job in new[] { answered[0], broken })
            Assert.Equivalent(await store.FindAsync(job.Id, Token), job, strict: true);
        Assert.Equal([1L], answered[1].WaitsFor);
        Assert.Empty(answered[1].Request.Variables);
    }

    [Fact]
    public async Task A_change_is_kept()
    {
        await using (var store = _folder.Open(_time))
        {
            await store.AddAsync([QueueFolder.Job()], "ann", Token);
            await store.ChangeAsync(1, job => job with
            {
                State = GpuJobState.Running, Reason = "why", ExitCode = 3, Signal = 9, Gpus = [0, 7], Started = _time.GetUtcNow(), Priority = 4,
                IsHeld = true, IsCancelling = true, Starts = 2, Request = job.Request with { Name = "other" },
            }, Token);
        }

        await using var again = _folder.Open(_time);
        var job = (await again.FindAsync(1, Token))!;
        Assert.Equal((GpuJobState.Running, "why", 3, 9, _time.GetUtcNow(), 4, true, true, 2, "other"),
            (job.State, job.Reason, job.ExitCode, job.Signal, job.Started, job.Priority, job.IsHeld, job.IsCancelling, job.Starts, job.Request.Name));
        Assert.Equal([0, 7], job.Gpus);
    }

    [Fact]
    public async Task What_is_answered_is_on_the_disk()
    {
        await using var store = _folder.Open();
        for (var number = 1; number <= 20; number++)
        {
            await store.AddAsync([QueueFolder.Job()], "ann", Token);
            using var copy = _folder.Copy();
            await using var found = copy.Open();
            Assert.NotNull(await found.FindAsync(number, Token));
        }
    }

    [Fact]
    public async Task Submissions_that_come_together_share_commits()
    {
        await using var store = _folder.Open();
        var before = store.Commits;
        var jobs = await Task.WhenAll(Enumerable.Range(0, 2000).Select(number => store.AddAsync([QueueFolder.Job()], "ann", Token)));
        Assert.Equal(2000, jobs.Select(job => job.Single().Id).Distinct().Count());
        Assert.InRange(store.Commits - before, 1, 200);
    }

    [Fact]
    public async Task One_bad_submission_does_not_take_others_down()
    {
        await using var store = _folder.Open();
        var bad = QueueFolder.Job() with { Dependencies = [new GpuJobDependency("99")] };
        var answers = Enumerable.Range(0, 30).Select(number => store.AddAsync([QueueFolder.Job(), number % 3 == 0 ? bad : QueueFolder.Job()], "ann", Token)).ToArray();
        for (var number = 0; number < answers.Length; number++)
        {
            if (number % 3 == 0)
                Assert.Equal("JobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => answers[number])).Id);
            else
                Assert.Equal(2, (await answers[number]).Count);
        }

        Assert.Equal(40, (await store.CountAsync(Token))[GpuJobState.Queued]);
    }

    [Fact]
    public async Task The_same_request_is_taken_once()
    {
        var request = QueueFolder.Job() with { RequestId = "again" };
        await using (var store = _folder.Open())
        {
            var both = await Task.WhenAll(store.AddAsync([request], "ann", Token), store.AddAsync([request], "ann", Token));
            Assert.Equal(both[0].Single().Id, both[1].Single().Id);
        }

        await using var later = _folder.Open();
        Assert.Equal(1, (await later.AddAsync([request], "ann", Token)).Single().Id);
        Assert.Equal(2, (await later.AddAsync([request], "bob", Token)).Single().Id);
    }

    [Fact]
    public async Task A_number_is_never_given_twice()
    {
        await using (var store = _folder.Open())
        {
            await store.AddAsync([QueueFolder.Job(), QueueFolder.Job()], "ann", Token);
            await store.ChangeAsync(2, job => job with { State = GpuJobState.Cancelled, Ended = job.Submitted }, Token);
            await store.RemoveAsync(2, Token);
        }

        await using (var store = _folder.Open())
            Assert.Equal(3, (await store.AddAsync([QueueFolder.Job()], "ann", Token)).Single().Id);
        Directory.CreateDirectory(Path.Combine(_folder.Options.JobsFolder, "41"));
        File.Delete(_folder.Options.File);
        await using var anew = _folder.Open();
        Assert.Equal(42, (await anew.AddAsync([QueueFolder.Job()], "ann", Token)).Single().Id);
    }

    [Fact]
    public async Task Only_what_is_over_can_be_removed()
    {
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job()], "ann", Token);
        Assert.Equal("JobNotFinished", (await Assert.ThrowsAsync<GpuOpsException>(() => store.RemoveAsync(1, Token))).Id);
        Assert.Equal("JobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => store.RemoveAsync(2, Token))).Id);
        Assert.Equal("JobNotFound", (await Assert.ThrowsAsync<GpuOpsException>(() => store.ChangeAsync(2, job => job, Token))).Id);
    }

    [Fact]
    public async Task Changes_are_told_in_the_order_of_the_commits()
    {
        await using var store = _folder.Open();
        List<StoredChange> told = [];
        store.Committed = told.AddRange;
        await store.AddAsync([QueueFolder.Job(), QueueFolder.Job() with { Dependencies = [new GpuJobDependency("1")] }], "ann", Token);
        await store.ChangeAsync(1, job => job with { State = GpuJobState.Failed, Ended = job.Submitted }, Token);
        await store.RemoveAsync(1, Token);
        Assert.Equal(
            ["1 Queued", "2 Queued", "1 Failed", "2 Cancelled", "1 gone"],
            told.Select(change => $"{change.Id} {change.Job?.State.ToString() ?? "gone"}"));
    }

    [Fact]
    public async Task Variables_are_sealed_and_forgotten_when_the_job_is_over()
    {
        const string secret = "hunter2-hunter2-hunter2";
        await using var store = _folder.Open(_time);
        foreach (var end in new[] { GpuJobState.Completed, GpuJobState.Failed, GpuJobState.Cancelled, GpuJobState.Lost })
        {
            var id = (await store.AddAsync([QueueFolder.Job() with { Variables = new Dictionary<string, string> { ["TOKEN"] = secret } }], "ann", Token)).Single().Id;
            Assert.Equal(secret, (await store.ReadVariablesAsync(id, Token))["TOKEN"]);
            var sealedText = Sealed(id);
            Assert.True(IsInFiles(sealedText));
            Assert.False(IsInFiles(Encoding.UTF8.GetBytes(secret)) || IsInFiles(Encoding.UTF8.GetBytes("TOKEN")));

            await store.ChangeAsync(id, job => job with { State = end, Ended = job.Submitted }, Token);
            Assert.Empty(await store.ReadVariablesAsync(id, Token));
            // The log is emptied as soon as there is a quiet second.
            while (IsInFiles(sealedText))
            {
                Token.ThrowIfCancellationRequested();
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

    }

    [Fact]
    public async Task Files_are_for_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
            return;
        await using var store = _folder.Open();
        await store.AddAsync([QueueFolder.Job()], "ann", Token);
        foreach (var file in Directory.EnumerateFiles(_folder.Options.Folder))
            Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Variables_under_another_key_are_not_guessed_at()
    {
        await using (var store = _folder.Open())
            await store.AddAsync([QueueFolder.Job() with { Variables = new Dictionary<string, string> { ["A"] = "b" } }], "ann", Token);
        File.Delete(_folder.Options.KeyFile);
        await using var again = _folder.Open();
        Assert.Equal("SecretsUnreadable", (await Assert.ThrowsAsync<GpuOpsException>(() => again.ReadVariablesAsync(1, Token))).Id);
    }

    private byte[] Sealed(long job)
    {
        using var reader = new QueueReader(new QueueDatabase(_folder.Options.File, QueueMigrations.All).OpenForReading());
        return reader.Secret(job)!;
    }

    private bool IsInFiles(byte[] bytes) => new[] { _folder.Options.File, $"{_folder.Options.File}-wal" }
        .Any(file => File.Exists(file) && ReadShared(file).AsSpan().IndexOf(bytes) >= 0);

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
