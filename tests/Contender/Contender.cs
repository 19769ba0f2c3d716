using System.Diagnostics;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;

namespace GpuOps.Contender;

/// <summary>Asks, holds, releases; says on stdout how it goes and does on stdin what it is told.</summary>
internal sealed class Contender(ContenderOptions options, IGpuPool pool, HoldingLog log)
{
    private readonly ReservationClient _client = new(pool, (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions());

    /// <summary>Runs until all rounds are done or stdin ends.</summary>
    public async Task RunAsync()
    {
        await WarmUpAsync();
        Say("ready");
        if (await Console.In.ReadLineAsync() is null)
            return;
        using var end = new CancellationTokenSource();
        if (options.Hold is not null)
            _ = Task.Run(() => EndWithInputAsync(end));
        try
        {
            for (var round = 0; options.Rounds == 0 || round < options.Rounds; round++)
                await TakeAndHoldAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            Say("ended");
        }
    }

    /// <summary>
    /// Connects, and rehearses on a pool of its own with one GPU for three: code is compiled when it first runs, and the
    /// barrier is for clients that are ready.
    /// </summary>
    private async Task WarmUpAsync()
    {
        await pool.ReadAsync(options.Host, CancellationToken.None);
        await using var own = options.OpenOwn();
        await own.InitializeAsync(ContenderOptions.Layout(options.Host, 1), force: false, dryRun: false, CancellationToken.None);
        using var silent = new HoldingLog(null);
        var rehearsal = new Contender(options with { Count = 1, Hold = TimeSpan.FromMilliseconds(20), Anonymous = true }, own, silent);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => rehearsal.TakeAndHoldAsync(CancellationToken.None)));
        await own.BeatAsync([(options.Host, "none")], CancellationToken.None);
        await own.ReclaimAsync([new Claim("none", options.Host, new ProcessIdentity("", 0, 0))], CancellationToken.None);
    }

    private ReservationRequest Request() => new()
    {
        Id = ReservationIds.Next(),
        Host = options.Host,
        Demand = new GpuDemand(Count: options.Count),
        User = $"user{Environment.ProcessId % 7}",
        ActualUser = Environment.UserName,
        Kind = ReservationKind.Command,
        Lease = options.Lease,
        Holder = options.Anonymous ? null : LocalProcesses.Current,
    };

    private static void Say(string text)
    {
        Console.Out.WriteLine(text);
        Console.Out.Flush();
    }

    // Whoever started this process has gone when its end of the pipe is closed. Reading the console blocks the thread.
    private static async Task EndWithInputAsync(CancellationTokenSource end)
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await end.CancelAsync();
    }

    private async Task TakeAndHoldAsync(CancellationToken cancellationToken)
    {
        var request = Request();
        log.Write("ask", Stopwatch.GetTimestamp(), request.Id);
        var grant = await _client.AcquireAsync(request, null, new Progress(), cancellationToken);
        log.Write("hold", Stopwatch.GetTimestamp(), grant.Id, grant.FencingNumber, string.Join(',', grant.GpuId));
        Say($"granted {grant.FencingNumber} {string.Join(',', grant.GpuId)}");
        try
        {
            await HoldAsync(grant, cancellationToken);
        }
        finally
        {
            log.Write("free", Stopwatch.GetTimestamp(), grant.Id);
            Say($"released {await _client.ReleaseAsync(grant, CancellationToken.None)}");
        }
    }

    private async Task HoldAsync(GpuReservation grant, CancellationToken cancellationToken)
    {
        if (options.Hold is { } time)
        {
            await Task.Delay(options.Steady ? time : time * (0.5 + Random.Shared.NextDouble()), cancellationToken);
            return;
        }

        while (await Console.In.ReadLineAsync(cancellationToken) is { } told && told != "release")
        {
            if (told == "beat")
                Say((await pool.BeatAsync([(grant.ComputerName, grant.Id)], cancellationToken)).Lost.Count == 0 ? "kept" : "lost");
        }
    }

    /// <summary>Says where the request stands as soon as it is known; the thread pool would say it some time.</summary>
    private sealed class Progress : IProgress<QueueProgress>
    {
        public void Report(QueueProgress value) => Say($"waiting {value.Position}{(value.Trouble is null ? "" : $" {value.Trouble}")}");
    }
}
