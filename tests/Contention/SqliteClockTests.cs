using System.Diagnostics;
using System.Globalization;
using GpuOps.Rigs;

namespace GpuOps.Contention;

/// <summary>The clock of the host is set back while processes share a SQLite file, whose clock it is.</summary>
public sealed class SqliteClockTests
{
    private static readonly string? FakeTime = new[] { "x86_64", "aarch64" }
        .Select(machine => $"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);

    [Fact]
    public async Task A_clock_set_back_neither_keeps_the_dead_nor_takes_from_the_living()
    {
        NeedFakeTime();
        await using var store = ContendedStore.Sqlite();
        await store.InitializeAsync(1);
        SetClock(store, TimeSpan.Zero);
        await using var silent = await StartAsync(store, "lease=2000", "anonymous");
        await silent.SaysAsync("granted");

        SetClock(store, TimeSpan.FromHours(-1));
        // The silent one never beats again: it is gone when its lease is over, not an hour later.
        await using var next = await StartAsync(store, "lease=60000", "anonymous");
        var clock = Stopwatch.StartNew();
        await next.SaysAsync("granted");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        await silent.TellAsync("beat");
        await silent.SaysAsync("lost");

        // The new one is not an hour old for anybody.
        SetClock(store, TimeSpan.FromHours(-2));
        await using var third = await StartAsync(store, "anonymous");
        await third.SaysAsync("waiting 1");
        await next.TellAsync("beat");
        await next.SaysAsync("kept");
        await next.TellAsync("release");
        await next.SaysAsync("released True");
        await third.SaysAsync("granted");
    }

    [Fact]
    public async Task A_clock_set_forward_takes_from_nobody()
    {
        NeedFakeTime();
        await using var store = ContendedStore.Sqlite();
        await store.InitializeAsync(1);
        SetClock(store, TimeSpan.Zero);
        await using var holder = await StartAsync(store, "lease=60000", "anonymous");
        await holder.SaysAsync("granted");

        SetClock(store, TimeSpan.FromHours(2));
        await using var next = await StartAsync(store, "anonymous");
        await next.SaysAsync("waiting 1");
        await holder.TellAsync("beat");
        await holder.SaysAsync("kept");
        await holder.TellAsync("release");
        await holder.SaysAsync("released True");
        await next.SaysAsync("granted");
    }

    private static void NeedFakeTime()
    {
        if (FakeTime is null)
        {
            const string missing = "libfaketime is not installed (apt-get install libfaketime)";
            Assert.False(RigFiles.AreRequired, missing);
            Assert.Skip(missing);
        }
    }

    private static async Task<Contender> StartAsync(ContendedStore store, params string[] arguments)
    {
        var contender = Contender.Start(
            new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = FakeTime!,
                ["FAKETIME_TIMESTAMP_FILE"] = store.FileOf("clock"),
                ["FAKETIME_NO_CACHE"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            },
            [store.Argument, .. arguments]);
        await contender.GoAsync();
        return contender;
    }

    private static void SetClock(ContendedStore store, TimeSpan offset)
    {
        // Renamed into place: a contender may read it at any moment.
        var next = store.FileOf("clock.next");
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(next, store.FileOf("clock"), overwrite: true);
    }
}
