using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.ServerTests;

/// <summary>Who watches jobs hears of what becomes of them.</summary>
public sealed class ServiceEventTests : IAsyncLifetime
{
    private ServiceRig _rig = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _rig = await ServiceRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Two_watchers_see_each_change()
    {
        await using var first = await Watcher.OpenAsync(_rig);
        await using var second = await Watcher.OpenAsync(_rig);
        var job = await _rig.SubmitAsync("exit 3");
        await _rig.EndAsync(job);
        await _rig.Client.RemoveJobAsync(job.Id, Stop);
        string[] expected = ["Queued", "Starting", "Running", "Failed", QueuePaths.RemovedEvent];
        foreach (var watcher in new[] { first, second })
        {
            List<string> seen = [];
            while (seen.LastOrDefault() != QueuePaths.RemovedEvent)
            {
                var (type, told) = await watcher.NextAsync();
                Assert.Equal(job.Id, told.Id);
                var state = type == QueuePaths.RemovedEvent ? type : told.State.ToString();
                if (seen.LastOrDefault() != state)
                {
                    seen.Add(state);
                }
            }

            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public async Task Who_does_not_read_holds_up_nobody_and_then_sees_how_his_jobs_are()
    {
        const int many = 3000;
        var mine = await _rig.Client.SubmitJobAsync(_rig.Script("true") with { Hold = true }, Stop);
        await using var watcher = await Watcher.OpenAsync(_rig, mine.Id);
        Assert.Equal(GpuJobState.Queued, (await watcher.NextAsync()).Job.State);
        await using var lazy = await Watcher.OpenAsync(_rig);
        var before = _rig.Memory();
        // More than wait for one that does not read, and more than fits into his socket.
        var name = new string('x', 200);
        for (var change = 0; change < many; change++)
        {
            await _rig.Client.ChangeJobAsync(mine.Id, new GpuJobChange { Name = $"{name}{change}" }, Stop);
        }

        await _rig.Client.StopJobAsync(mine.Id, Stop);
        Assert.InRange(_rig.Memory(), 0, before + (64 << 10));
        var seen = 0;
        GpuJob last;
        do
        {
            last = (await watcher.NextAsync()).Job;
            seen++;
        }
        while (last.State != GpuJobState.Cancelled);
        Assert.InRange(seen, 1, many + 10);
        // Who watches all is told that he missed some, and the last one is never among these.
        List<string> types = [];
        do
        {
            var (type, job) = await lazy.NextAsync();
            types.Add(type);
            last = job;
        }
        while (last.State != GpuJobState.Cancelled);
        Assert.Contains(QueuePaths.MissedEvent, types);
        Assert.True(types.Count < many, $"{types.Count} were told.");
    }

    [Fact]
    public async Task Waiting_for_a_job_that_is_removed_ends_with_nothing()
    {
        var job = await _rig.SubmitAsync("true");
        await _rig.EndAsync(job);
        var held = await _rig.Client.SubmitJobAsync(_rig.Script("true") with { Hold = true }, Stop);
        await using var ends = _rig.Client.WaitJobsAsync([held.Id, job.Id, "999999"], null, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await ends.MoveNextAsync());
        Assert.Equal((job.Id, GpuJobState.Completed), (ends.Current.Id, ends.Current.Job!.State));
        Assert.True(await ends.MoveNextAsync());
        Assert.Equal(("999999", null), (ends.Current.Id, ends.Current.Job));
        var next = ends.MoveNextAsync();
        await _rig.Client.StopJobAsync(held.Id, Stop);
        Assert.True(await next);
        Assert.Equal(GpuJobState.Cancelled, ends.Current.Job!.State);
        Assert.False(await ends.MoveNextAsync());
        await _rig.Client.RemoveJobAsync(held.Id, Stop);
        Assert.Null(Assert.Single(await _rig.Client.WaitJobsAsync([held.Id], null, Stop).ToArrayAsync(Stop)).Job);
    }

    /// <summary>One who watches, and reads when asked.</summary>
    private sealed class Watcher : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly IAsyncEnumerator<SseItem<GpuJob>> _items;

        private Watcher(HttpResponseMessage response, Stream body)
        {
            _response = response;
            _items = SseParser.Create(body, static (_, data) => JsonSerializer.Deserialize(Encoding.UTF8.GetString(data), QueueJson.Default.GpuJob)!).EnumerateAsync(Stop).GetAsyncEnumerator(Stop);
        }

        public static async Task<Watcher> OpenAsync(ServiceRig rig, string? id = null)
        {
            var response = await rig.Http.GetAsync(QueuePaths.Events + (id is null ? "" : $"?id={id}"), HttpCompletionOption.ResponseHeadersRead, Stop);
            return new Watcher(response, await response.Content.ReadAsStreamAsync(Stop));
        }

        public async Task<(string Type, GpuJob Job)> NextAsync()
        {
            Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(Wait.Patience, Stop));
            return (_items.Current.EventType, _items.Current.Data);
        }

        public async ValueTask DisposeAsync()
        {
            await _items.DisposeAsync();
            _response.Dispose();
        }
    }
}
