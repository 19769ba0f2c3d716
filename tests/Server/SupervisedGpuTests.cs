using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;
using GpuOps.Pools.Sqlite;

namespace GpuOps.ServerTests;

/// <summary>The GPUs of a job: kept while anything of it runs, and given back then.</summary>
public sealed class SupervisedGpuTests : IAsyncLifetime
{
    private const string Host = "box";

    private SupervisorRig _rig = null!;
    private SqliteGpuPool _pool = null!;

    public async ValueTask InitializeAsync()
    {
        _rig = await SupervisorRig.StartAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(_rig.PoolFile)!);
        _pool = new SqliteGpuPool(new SqlitePoolOptions(_rig.PoolFile));
        await _pool.InitializeAsync(LayoutPlan.FromCount(Host, GpuProvider.Fake, 4), force: false, dryRun: false, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task Are_in_its_variables_and_free_when_it_is_told_to_have_ended()
    {
        var gpus = await ReserveAsync();
        var order = _rig.Script("echo $CUDA_VISIBLE_DEVICES $GPUOPS_RESERVATION_ID") with { Reservation = gpus };
        order = order with { Variables = new Dictionary<string, string>(order.Variables) { ["CUDA_VISIBLE_DEVICES"] = "7" } };
        var run = await _rig.RunAsync(order);
        Assert.Equal($"{string.Join(',', gpus.GpuId)} {gpus.Id}\n", SupervisorRig.Output(order));
        Assert.False(run.HasLostReservation);
        Assert.Empty(await HeldAsync());
    }

    [Fact]
    public async Task Are_kept_alive_and_not_given_back_before_the_last_process_is_gone()
    {
        var gpus = await ReserveAsync(lease: TimeSpan.FromSeconds(1));
        await _rig.StartAsync(_rig.Script("setsid sh -c 'trap \"\" INT TERM; echo $$ > $F/pids; echo all >> $F/pids; exec sleep 1000' & while ! [ -s $F/pids ]; do sleep 0.01; done; exit 5")
            with { Reservation = gpus, Grace = TimeSpan.FromHours(1) });
        var child = Assert.Single(await _rig.NumbersAsync("pids"));
        // Its lease is over more than once.
        var until = gpus.Since + TimeSpan.FromSeconds(3);
        await Wait.UntilAsync(() => HeldAsync().Result.Single(), held => held.LastHeartbeat > until, "heartbeats");
        Assert.True(SupervisorRig.IsAlive(child));
        _ = LocalProcesses.Signal(child, 9);
        Assert.Equal(5, (await _rig.EndAsync()).ExitCode);
        Assert.Empty(await HeldAsync());
    }

    [Fact]
    public async Task Of_several_pools_are_kept_alive_and_given_back_in_the_pool_they_are_from()
    {
        var file = Path.Combine(_rig.Folder, "pool", "another.db");
        await using var another = new SqliteGpuPool(new SqlitePoolOptions(file));
        await another.InitializeAsync(LayoutPlan.FromCount(Host, GpuProvider.Fake, 4), force: false, dryRun: false, TestContext.Current.CancellationToken);
        var lease = TimeSpan.FromSeconds(1);
        await _rig.StartAsync(_rig.Script("while ! [ -e $F/go ]; do sleep 0.01; done", "1.1") with { Reservation = await ReserveAsync(lease) });
        await _rig.StartAsync(_rig.Script("while ! [ -e $F/go ]; do sleep 0.01; done", "2.1") with { Reservation = await ReserveAsync(another, file, lease) });
        // Their leases are over more than once.
        foreach (var pool in new[] { _pool, another })
            await Wait.UntilAsync(() => HeldAsync(pool).Result.Single(), held => held.LastHeartbeat > held.Since + (3 * lease), "heartbeats");
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        foreach (var (id, pool) in new[] { ("1.1", _pool), ("2.1", another) })
        {
            Assert.False((await _rig.UntilAsync(id, static run => run.Ended is not null)).HasLostReservation);
            Assert.Empty(await HeldAsync(pool));
        }
    }

    [Fact]
    public async Task Of_no_pool_are_refused()
    {
        var gpus = await ReserveAsync() with { Backend = "" };
        Assert.Equal("InvalidRunOrder", (await Assert.ThrowsAsync<GpuOpsException>(() => _rig.StartAsync(_rig.Script("true") with { Reservation = gpus }))).Id);
    }

    [Fact]
    public async Task Are_given_back_when_it_cannot_be_started()
    {
        var run = await _rig.RunAsync(_rig.Order("1.1", "no-such-program") with { Reservation = await ReserveAsync() });
        Assert.NotNull(run.Fault);
        Assert.Empty(await HeldAsync());
    }

    [Fact]
    public async Task Taken_away_are_told_and_the_job_goes_on()
    {
        var gpus = await ReserveAsync();
        await _rig.StartAsync(_rig.Script("while ! [ -e $F/go ]; do sleep 0.01; done; exit 3") with { Reservation = gpus });
        await _pool.ReleaseAsync(Host, gpus.Id, TestContext.Current.CancellationToken);
        var run = await _rig.UntilAsync("1.1", static run => run.HasLostReservation);
        Assert.Null(run.Ended);
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        run = await _rig.EndAsync();
        Assert.Equal((3, true), (run.ExitCode, run.HasLostReservation));
    }

    [Fact]
    public async Task Whose_store_is_away_are_given_back_when_it_is_there_again_and_the_end_does_not_wait_for_it()
    {
        await _rig.StartAsync(_rig.Script("while ! [ -e $F/go ]; do sleep 0.01; done; exit 3") with { Reservation = await ReserveAsync() });
        var (folder, away) = (Path.GetDirectoryName(_rig.PoolFile)!, Path.Combine(_rig.Folder, "away"));
        Directory.Move(folder, away);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(_rig.PoolFile, "This is no database.", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        Assert.Equal(3, (await _rig.EndAsync()).ExitCode);
        await Wait.UntilAsync(() => _rig.Read("state/supervisor.log"), static log => log.Contains("cannot be given back yet", StringComparison.Ordinal), "it says so");
        Directory.Delete(folder, recursive: true);
        Directory.Move(away, folder);
        await Wait.UntilAsync(() => HeldAsync().Result.Count, static count => count == 0, "they are given back");
    }

    [Fact]
    public async Task Of_a_killed_supervisors_job_are_kept_by_the_next_until_nothing_is_left()
    {
        var gpus = await ReserveAsync(lease: TimeSpan.FromSeconds(20));
        await _rig.StartAsync(_rig.Script("echo $$ > $F/pids; echo all >> $F/pids; while ! [ -e $F/go ]; do sleep 0.01; done") with { Reservation = gpus });
        await _rig.NumbersAsync("pids");
        _rig.KillSupervisor();
        var killed = DateTime.Now;
        await _rig.ConnectAsync();
        await Wait.UntilAsync(() => HeldAsync().Result.Single(), held => held.LastHeartbeat > killed, "heartbeats of the next");
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        await _rig.EndAsync();
        Assert.Empty(await HeldAsync());
    }

    private Task<GpuReservation> ReserveAsync(TimeSpan? lease = null) => ReserveAsync(_pool, _rig.PoolFile, lease);

    private async Task<GpuReservation> ReserveAsync(SqliteGpuPool pool, string file, TimeSpan? lease)
    {
        var decision = await pool.RequestAsync(
            new ReservationRequest
            {
                Id = ReservationIds.Next(),
                Host = Host,
                Demand = new GpuDemand(Count: 2),
                User = "me",
                ActualUser = "me",
                Kind = ReservationKind.Command,
                Lease = lease ?? TimeSpan.FromMinutes(5),
                Holder = _rig.Client.Process,
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(ReservationOutcome.Granted, decision.Outcome);
        return decision.Reservation! with { Backend = $"sqlite:{file}" };
    }

    private Task<IReadOnlyList<GpuReservation>> HeldAsync() => HeldAsync(_pool);

    private static async Task<IReadOnlyList<GpuReservation>> HeldAsync(SqliteGpuPool pool) =>
        (await pool.ReadAsync(Host, TestContext.Current.CancellationToken)).Reservations;
}
