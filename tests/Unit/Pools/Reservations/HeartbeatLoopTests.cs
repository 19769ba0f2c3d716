using GpuOps.Pools;
using GpuOps.Pools.Reservations;

namespace GpuOps.Unit.Pools.Reservations;

/// <summary>One loop keeps what is held in all pools alive.</summary>
public sealed class HeartbeatLoopTests
{
    [Fact]
    public async Task A_pool_that_does_not_answer_keeps_no_heartbeat_from_another()
    {
        var (away, there) = (new CountedPool { Answers = false }, new CountedPool());
        var loop = new HeartbeatLoop(TimeProvider.System);
        foreach (var pool in (CountedPool[])[away, there])
        {
            loop.Add(new HeldReservation(Guid.NewGuid(), pool, Reservation(), TimeSpan.FromMilliseconds(20), _ => { }));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.RunAsync(stop.Token);
        await there.HasBeatenAsync(5);
        Assert.Equal(1, away.Beats);
        await stop.CancelAsync();
        await running;
    }

    private static GpuReservation Reservation() => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        ComputerName = "box",
        FencingNumber = 1,
        GpuId = [0],
        Device = ["0"],
        User = "ann",
        ActualUser = "ann",
    };
}
