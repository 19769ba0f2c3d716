using System.Diagnostics;
using GpuOps.Rigs;

namespace GpuOps.Contention;

/// <summary>Processes that share a pool, and what becomes of them. Every store has a subclass.</summary>
public abstract class ContentionTests
{
    // What the issue promises: free again on the same host within 2 s of the next request.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private const int EnoughGrants = 100, EnoughKills = 3, LongLine = 150;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<ContendedStore> CreateStoreAsync();

    [Fact]
    public async Task Two_hundred_clients_on_eight_gpus_with_random_kills()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(8);
        await using var crowd = new Crowd(store, 200);
        await crowd.GatherAsync();
        var time = TimeSpan.FromSeconds(RigFiles.AreRequired ? 60 : 10);
        await crowd.LiveAsync(time, HasProvedSomething, Token);
        await crowd.KillAllAsync();

        await IsFreeSoonAsync(store, 8);
        var history = crowd.Read();
        Assert.Empty(history.DoubleBookings().Take(5));
        Assert.Empty(history.FallingNumbers().Take(5));
        Assert.Empty(history.Overtakings(crowd.Lines).Take(5));
        Assert.True(crowd.Quitters.Count == 0, $"{crowd.Quitters.Count} gave up by themselves:\n{string.Join("\n\n", crowd.Quitters)}");
        // Or nothing was proved. What dies at the very moment of its grant writes no line.
        Assert.True(history.Granted.Count >= EnoughGrants / 2, $"only {history.Granted.Count} grants");
        Assert.True(crowd.Lines.Max(line => line.Ids.Count) > LongLine, "the line was short");
        Assert.All(crowd.Kills, kill => Assert.True(kill.Value >= EnoughKills, $"only {kill.Value} were killed {kill.Key}"));
        TestContext.Current.SendDiagnosticMessage(
            $"{history.Granted.Count} grants, {string.Join(", ", crowd.Kills.Select(kill => $"{kill.Value} killed {kill.Key}"))}");

        bool HasProvedSomething(long grants) =>
            grants >= EnoughGrants && crowd.Lines.Max(line => line.Ids.Count) > LongLine && crowd.Kills.Values.Min() >= EnoughKills;
    }

    [Fact]
    public async Task Killed_while_holding()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(2);
        await using var victim = await Contender.StartAndGoAsync(store.Argument, "count=2");
        await victim.SaysAsync("granted");
        await victim.KillAsync();
        await IsFreeSoonAsync(store, 2);
    }

    [Fact]
    public async Task Killed_while_holding_and_somebody_waits_already()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(1);
        await using var victim = await Contender.StartAndGoAsync(store.Argument);
        await victim.SaysAsync("granted");
        await using var waiter = await Contender.StartAndGoAsync(store.Argument);
        await waiter.SaysAsync("waiting 1");
        await victim.KillAsync();
        var clock = Stopwatch.StartNew();
        await waiter.SaysAsync("granted");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Soon);
    }

    [Fact]
    public async Task Killed_while_waiting()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(2);
        await using var holder = await Contender.StartAndGoAsync(store.Argument);
        await holder.SaysAsync("granted");
        await using var victim = await Contender.StartAndGoAsync(store.Argument, "count=2");
        await victim.SaysAsync("waiting 1");
        await victim.KillAsync();
        // The dead one wanted both GPUs and stood in front: the free one must not be kept for it.
        await IsFreeSoonAsync(store, 1);
    }

    [Fact]
    public async Task Killed_at_the_moment_of_the_grant()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(2);
        await using var holder = await Contender.StartAndGoAsync(store.Argument, "count=2");
        await holder.SaysAsync("granted");
        await using var victim = await Contender.StartAndGoAsync(store.Argument, "count=2");
        await victim.SaysAsync("waiting 1");
        // Stopped, it is granted the GPUs in its holder's step and never hears of it.
        victim.Stop();
        await holder.TellAsync("release");
        await holder.SaysAsync("released True");
        Assert.Equal(victim.Id, Assert.Single((await store.Pool.ReadAsync(null, Token)).Reservations).Holder!.ProcessId);
        await victim.KillAsync();
        await IsFreeSoonAsync(store, 2);
    }

    [Fact]
    public async Task Stopped_past_expiry_and_continued()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(1);
        await using var sleeper = await Contender.StartAndGoAsync(store.Argument, "lease=1500");
        await sleeper.SaysAsync("granted");
        await sleeper.TellAsync("beat");
        await sleeper.SaysAsync("kept");
        sleeper.Stop();
        // Alive, so only the missing heartbeats tell.
        var next = await store.AcquireAsync(1, TimeSpan.FromSeconds(30));
        sleeper.Continue();

        await sleeper.TellAsync("beat");
        await sleeper.SaysAsync("lost");
        await sleeper.TellAsync("release");
        await sleeper.SaysAsync("released False");

        var held = Assert.Single((await store.Pool.ReadAsync(null, Token)).Reservations);
        Assert.Equal((next.Id, next.FencingNumber), (held.Id, held.FencingNumber));
        Assert.Empty((await store.Pool.BeatAsync([(ContendedStore.Host, next.Id)], Token)).Lost);
    }

    [Fact]
    public async Task A_client_that_ends_in_order_leaves_nothing()
    {
        await using var store = await CreateStoreAsync();
        await store.InitializeAsync(1);
        await using var client = await Contender.StartAndGoAsync(store.Argument, "hold=1");
        await client.SaysAsync("released True");
        Assert.Empty((await store.Pool.ReadAsync(null, Token)).Reservations);
    }

    private static async Task IsFreeSoonAsync(ContendedStore store, int count)
    {
        var clock = Stopwatch.StartNew();
        var grant = await store.AcquireAsync(count, TimeSpan.FromSeconds(20));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Soon);
        Assert.Equal(count, grant.GpuId.Count);
    }
}
