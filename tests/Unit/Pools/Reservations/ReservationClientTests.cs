using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sqlite;

namespace GpuOps.Unit.Pools.Reservations;

/// <summary>A client's way through a real store, in real time.</summary>
public sealed class ReservationClientTests : IAsyncDisposable
{
    private const string Host = "box";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpuops-");
    private readonly SqliteGpuPool _pool;
    private readonly Dictionary<int, string> _inUse = [];

    public ReservationClientTests() => _pool = new SqliteGpuPool(new SqlitePoolOptions(Path.Combine(_folder.FullName, "pool.db")));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_waiting_request_that_somebody_removes_fails_and_does_not_come_back()
    {
        await HaveAsync(1);
        await AcquireAsync(Ask("holder"));
        var waiting = AcquireAsync(Ask("a"));
        await StandsInLineAsync("a");
        await _pool.ReleaseAsync(Host, "a", Token);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => waiting);
        Assert.Equal("RequestRemoved", fault.Id);
        Assert.Empty((await _pool.ReadAsync(Host, Token)).Queue);
    }

    [Fact]
    public async Task A_waiting_request_that_becomes_impossible_fails_with_the_reason()
    {
        await HaveAsync(2);
        await AcquireAsync(Ask("holder", 2));
        var waiting = AcquireAsync(Ask("a", 2));
        await StandsInLineAsync("a");
        await _pool.SetServiceAsync(Host, [0], "fan", "ann", Token);
        Assert.Equal("TooManyGpus", (await Assert.ThrowsAsync<GpuOpsException>(() => waiting)).Id);
    }

    [Fact]
    public async Task A_place_in_line_is_kept_however_rarely_the_settings_look()
    {
        await HaveAsync(1);
        await AcquireAsync(Ask("holder") with { Lease = TimeSpan.FromHours(1) });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seldom = new ReservationClient(_pool, (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions { PollInterval = TimeSpan.FromHours(1) });
        var waiting = Enumerable.Range(1, 5).Select(at => seldom.AcquireAsync(Ask($"w{at}") with { Lease = TimeSpan.FromSeconds(2) }, null, null, cancel.Token)).ToArray();
        var start = await LastOfFiveAsync();
        // Longer than its lease, and still in line.
        await SeenAsync(async () => (await LastOfFiveAsync()).LastHeartbeat - start.Since > TimeSpan.FromSeconds(3));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_nothing_behind()
    {
        await HaveAsync(1);
        await AcquireAsync(Ask("holder"));
        using var cancel = new CancellationTokenSource();
        var waiting = Client().AcquireAsync(Ask("a"), null, null, cancel.Token);
        await StandsInLineAsync("a");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Empty((await _pool.ReadAsync(Host, Token)).Queue);
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_says_where_it_stood()
    {
        await HaveAsync(1);
        await AcquireAsync(Ask("holder"));
        var fault = await Assert.ThrowsAsync<GpuOpsException>(
            () => Client().AcquireAsync(Ask("a"), TimeSpan.FromMilliseconds(50), null, Token));
        Assert.Equal("ReservationTimeout", fault.Id);
        Assert.Contains("place 1 of 1", fault.Message, StringComparison.Ordinal);
        Assert.Empty((await _pool.ReadAsync(Host, Token)).Queue);
    }

    [Fact]
    public async Task A_grant_on_a_gpu_somebody_squats_on_is_declined_and_kept_in_line()
    {
        await HaveAsync(1);
        var holder = await AcquireAsync(Ask("holder"));
        var waiting = AcquireAsync(Ask("a"));
        await StandsInLineAsync("a");
        _inUse[0] = "eve";
        await _pool.ReleaseAsync(Host, holder.Id, Token);
        await SeenAsync(async () => (await _pool.ReadAsync(Host, Token)).Gpus[0].InUseBy == "eve");
        Assert.False(waiting.IsCompleted);
        _inUse.Clear();
        Assert.Equal([0], (await waiting).GpuId);
    }

    [Fact]
    public async Task The_gpus_of_a_dead_process_of_this_machine_go_to_the_next_at_once()
    {
        await HaveAsync(1);
        var own = LocalProcesses.Current!;
        await AcquireAsync(Ask("dead") with { Holder = own with { StartTime = own.StartTime - 1 } });
        Assert.Equal("a", (await AcquireAsync(Ask("a") with { Wait = false })).Id);
    }

    [Fact]
    public async Task The_gpus_of_a_process_of_another_machine_are_left_alone()
    {
        await HaveAsync(1);
        var own = LocalProcesses.Current!;
        await AcquireAsync(Ask("far") with { Holder = new ProcessIdentity("another-boot/pid:[1]", own.ProcessId, own.StartTime - 1) });
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => AcquireAsync(Ask("a") with { Wait = false }));
        Assert.Equal("GpuBusy", fault.Id);
        Assert.Contains("0 of 1 GPU", fault.Message, StringComparison.Ordinal);
    }

    private static ReservationRequest Ask(string id, int count = 1) => new()
    {
        Id = id,
        Host = Host,
        Demand = new GpuDemand(Count: count),
        User = "ann",
        ActualUser = "ann",
        Holder = LocalProcesses.Current,
    };

    private Task<PoolInitialization> HaveAsync(int count) => _pool.InitializeAsync(
        new PoolLayout(Host, [.. Enumerable.Range(0, count).Select(id => new PoolGpu { Host = Host, Id = id })]), force: false, dryRun: false, Token);

    private ReservationClient Client() => new(
        _pool, (_, _) => Task.FromResult<GpuObservation?>(new GpuObservation(new Dictionary<int, string>(_inUse))), new ReservationClientOptions { HeadInterval = TimeSpan.FromMilliseconds(20) });

    private Task<GpuReservation> AcquireAsync(ReservationRequest request) => Client().AcquireAsync(request, null, null, Token);

    private Task StandsInLineAsync(string id) => SeenAsync(async () => (await _pool.ReadAsync(Host, Token)).Queue.Any(entry => entry.Id == id));

    private async Task<GpuQueueEntry> LastOfFiveAsync()
    {
        IReadOnlyList<GpuQueueEntry> line = [];
        await SeenAsync(async () => (line = (await _pool.ReadAsync(Host, Token)).Queue).Count == 5);
        return line[^1];
    }

    private static async Task SeenAsync(Func<Task<bool>> seen)
    {
        while (!await seen())
        {
            await Task.Yield();
        }
    }
}
