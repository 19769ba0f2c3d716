using System.Diagnostics;
using CsCheck;
using GpuOps.Unit.Pools.Contract;
using GpuOps.Unit.Pools.Model;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>A store and the model go through the same random history and must answer the same at every step.</summary>
public abstract class PoolProperties
{
    private static readonly TimeSpan UsageKept = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1.1);

    /// <summary>How many histories; CsCheck_Iter and CsCheck_Seed overrule, as everywhere with CsCheck.</summary>
    protected abstract int Count { get; }

    protected abstract ValueTask<PoolStore> CreateStoreAsync();

    [Fact]
    public async Task Random_histories_go_as_in_the_model()
    {
        await using var probe = await CreateStoreAsync();
        var histories = probe.HasFakeClock ? PoolHistories.WithTime : PoolHistories.WithoutTime;
        await histories.SampleAsync(LiveThroughAsync, iter: Count, threads: 2, print: steps => $"{steps.Count} steps");
    }

    private async Task LiveThroughAsync(List<PoolStep> steps)
    {
        await using var store = await CreateStoreAsync();
        await using var first = await store.OpenAsync(UsageKept);
        await using var second = await store.OpenAsync(UsageKept);
        var logical = DateTimeOffset.UnixEpoch;
        var model = new PoolModel(() => store.HasFakeClock ? store.Now : logical += TimeSpan.FromMilliseconds(1), UsageKept, () => store.Steady);
        var actual = new HistorySide([first, second], store.HasFakeClock);
        var expected = new HistorySide([new ModelPool(model, [])], store.HasFakeClock);
        var invariants = new PoolInvariants();
        var past = new List<string>();

        foreach (var step in steps)
        {
            if (step is PoolStep.Pass { Time: var time })
                await PassAsync(store, time);
            if (!store.HasFakeClock)
                await TickAsync();
            var before = await first.ReadAsync(null, TestContext.Current.CancellationToken);
            past.Add(step.ToString());
            past.Add(Same(past, await step.RunAsync(expected), await step.RunAsync(actual)));
            Same(past, await ShowAsync(expected), await ShowAsync(actual));
            var after = await first.ReadAsync(null, TestContext.Current.CancellationToken);
            invariants.Judge(before, after);
            if (step.TouchedHost() is { } host)
                PoolInvariants.TheFirstWaitsForAReason(after, host);
        }
    }

    /// <summary>
    /// A pool counts milliseconds, and the model has each step in one of its own: two releases in the same one would
    /// leave open which GPU was used last.
    /// </summary>
    private static async Task TickAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Tick)
            await Task.Yield();
    }

    private static async Task PassAsync(PoolStore store, TimeSpan time)
    {
        if (time > TimeSpan.Zero)
            await store.PassAsync(time);
        else
            store.SetBack(-time);
    }

    private static async Task<string> ShowAsync(HistorySide side)
    {
        var token = TestContext.Current.CancellationToken;
        var everything = side.Text.Of(await side.Pool.ReadAsync(null, token));
        return $"{everything}\n{side.Text.Of(await side.Pool.ReadUsageAsync(DateTimeOffset.UnixEpoch, token))}";
    }

    private static string Same(List<string> past, string should, string does)
    {
        if (should == does)
            return $"    {does}";
        var (expected, actual) = (should.Split('\n'), does.Split('\n'));
        Assert.Fail($"""
            The store differs from the model at step {past.Count / 2}, the last of
            {string.Join("\n", past)}
            The model says
                {string.Join("\n    ", expected.Except(actual).DefaultIfEmpty(should))}
            The store says
                {string.Join("\n    ", actual.Except(expected).DefaultIfEmpty(does))}
            """);
        return "";
    }
}
