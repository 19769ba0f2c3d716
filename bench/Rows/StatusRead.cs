using System.Management.Automation;
using System.Runtime;
using BenchmarkDotNet.Attributes;
using GpuOps.Bench.Measuring;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

/// <summary>Get-GpuStatus of a pool that is half reserved.</summary>
public class StatusRead
{
    private const int OnOneReservation = 4;

    /// <summary>Bytes; more than the largest answer takes.</summary>
    private const long Heap = 200_000_000;

    // BenchmarkDotNet makes the object itself; what it is to measure has to be left where it finds it.
    private static PowerShell? s_own, s_bare;
    private static bool s_collect;

    [Benchmark(Baseline = true)]
    public int Bare() => Count(s_bare!);

    [Benchmark]
    public int Status() => Count(s_own!);

    /// <summary>Keeps the garbage collector out of a figure: how often it copies a big answer depends on the machine's caches.</summary>
    [IterationSetup]
    public void Hold()
    {
        if (!s_collect)
            GC.TryStartNoGCRegion(Heap);
    }

    [IterationCleanup]
    public void Let()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
            GC.EndNoGCRegion();
    }

    internal static async Task<Pair> MeasureAsync(string kind, int gpus, int gpusOnHost, int? against, int invocations, bool collect = true)
    {
        s_collect = collect;
        await using var store = await FilledAsync(kind, gpus, gpusOnHost);
        using var session = new Session(store.Backend);
        await using var other = against is { } fewer ? await FilledAsync(kind, fewer, Math.Min(fewer, gpusOnHost)) : null;
        s_own = session.Prepare("Get-GpuStatus");
        s_bare = other is null ? session.Prepare("1") : session.Prepare($"Get-GpuStatus -Backend '{other.Backend}'");
        return await Rounds.OfAsync<StatusRead>(rounds: 7, iterations: 5, invocations, warmUp: 10 * invocations);
    }

    private static int Count(PowerShell script)
    {
        var count = script.Invoke().Count;
        return script.HadErrors ? throw new InvalidOperationException(script.Streams.Error[0].ToString()) : count;
    }

    private static async Task<Store> FilledAsync(string kind, int gpus, int gpusOnHost)
    {
        var store = await Store.OpenAsync(kind);
        for (var filled = 0; filled < gpus; filled += gpusOnHost)
        {
            var host = $"{Store.Box}{filled}";
            await store.FillAsync(gpusOnHost, host);
            // A big host's in tens, or setting up would take longer than measuring.
            var width = Math.Max(OnOneReservation, gpusOnHost / 20);
            for (var taken = 0; taken < gpusOnHost / 2; taken += width)
                await store.Pool.RequestAsync(Reserve.Request($"{host}-{taken}", width, null, host), CancellationToken.None);
        }

        return store;
    }
}
