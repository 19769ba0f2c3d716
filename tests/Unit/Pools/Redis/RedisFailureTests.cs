using System.Diagnostics;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Rigs;
using static GpuOps.Unit.Pools.Redis.RedisRig;

namespace GpuOps.Unit.Pools.Redis;

public sealed class RedisFailureTests
{
    private const string Secret = "s3cret,password=x";

    [Fact]
    public async Task A_dead_server_is_reported_within_five_seconds()
    {
        await using var rig = await StartAsync();
        await rig.KillAsync();
        await using var pool = rig.Pool();

        var watch = Stopwatch.StartNew();
        var error = await FailsAsync(pool, "StoreUnreachable", GpuOpsErrorKind.Unreachable);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.Contains($"127.0.0.1:{rig.Port}", error.Message, StringComparison.Ordinal);
        await rig.StartAgainAsync();
        Assert.Empty((await pool.ReadAsync(null, Token)).Gpus);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_reported_within_five_seconds()
    {
        await using var rig = await StartAsync();
        rig.Pause();
        await using var pool = rig.Pool();
        var watch = Stopwatch.StartNew();
        await FailsAsync(pool, "StoreUnreachable", GpuOpsErrorKind.Unreachable);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5.5), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task A_wrong_password_is_reported_without_it(string? password)
    {
        await using var rig = await StartAsync(new RedisServerOptions { Password = Secret });
        await using var pool = rig.Pool(options => options with { Password = () => password });

        var error = await FailsAsync(pool, "StoreAuthenticationFailed", GpuOpsErrorKind.Authentication);

        Assert.DoesNotContain(password ?? Secret, error.ToString(), StringComparison.Ordinal);
        await using var right = rig.Pool(options => options with { Password = () => Secret });
        Assert.Empty((await right.ReadAsync(null, Token)).Gpus);
        Assert.DoesNotContain(Secret, right.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_stalls_in_a_run_is_back_when_it_goes_on()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1, options => options with
        {
            OperationTimeout = TimeSpan.FromMilliseconds(300),
            RetryFor = TimeSpan.FromSeconds(1.5),
        });
        var grant = await pool.GrantAsync(Want());

        rig.Pause();
        await FailsAsync(pool, "StoreUnreachable", GpuOpsErrorKind.Unreachable);
        await Assert.ThrowsAsync<GpuOpsException>(() => pool.BeatAsync([(Host, grant.Id)], Token));
        rig.Continue();

        Assert.Empty((await pool.BeatAsync([(Host, grant.Id)], Token)).Lost);
        Assert.True(await pool.ReleaseAsync(Host, grant.Id, Token));
    }

    [Fact]
    public async Task An_operation_outlasts_a_stall_that_is_shorter_than_its_patience()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1, options => options with
        {
            OperationTimeout = TimeSpan.FromMilliseconds(300),
            RetryFor = TimeSpan.FromSeconds(30),
        });

        rig.Pause();
        var request = pool.RequestAsync(Want(), Token);
        await Assert.ThrowsAsync<TimeoutException>(() => request.WaitAsync(TimeSpan.FromSeconds(1), Token));
        rig.Continue();

        Assert.Equal(ReservationOutcome.Granted, (await request).Outcome);
        Assert.Single((await pool.ReadAsync(Host, Token)).Reservations);
    }

    [Fact]
    public async Task Waiting_for_a_stalled_store_can_be_cancelled()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        rig.Pause();
        var request = pool.RequestAsync(Want(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TimeSpan.FromSeconds(1), Token));
    }

    [Fact]
    public async Task A_restart_with_every_write_kept_keeps_the_grants_and_the_fencing_rises_on()
    {
        await using var rig = await StartAsync(new RedisServerOptions { AppendOnly = true });
        await using var pool = await rig.PoolAsync(2);
        var kept = await pool.GrantAsync(Want());

        await rig.KillAsync();
        var request = pool.RequestAsync(Want(), Token);
        await rig.StartAgainAsync();

        var next = await request;
        Assert.Equal(ReservationOutcome.Granted, next.Outcome);
        Assert.True(next.Reservation!.FencingNumber > kept.FencingNumber);
        Assert.NotEqual(kept.GpuId, next.Reservation.GpuId);
        Assert.Empty((await pool.BeatAsync([(Host, kept.Id)], Token)).Lost);
    }

    [Fact]
    public async Task A_restart_that_forgets_everything_is_told_as_a_loss()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(2);
        var grant = await pool.GrantAsync(Want());

        await rig.StopAsync();
        await rig.StartAgainAsync();

        Assert.Equal([grant.Id], (await pool.BeatAsync([(Host, grant.Id)], Token)).Lost);
        Assert.Equal(RefusalReason.NotInitialized, (await pool.RequestAsync(Want(), Token)).Reason);
        Assert.False(await pool.ReleaseAsync(Host, grant.Id, Token));
    }

    [Fact]
    public async Task A_waiter_hears_after_the_connection_was_lost()
    {
        await using var rig = await StartAsync(new RedisServerOptions { AppendOnly = true });
        await using var pool = await rig.PoolAsync(1);
        var first = await pool.GrantAsync(Want());
        var waiting = Want();
        await pool.RequestAsync(waiting, Token);
        await using var signal = await pool.ListenAsync(Host, waiting.Id, Token);

        await rig.KillAsync();
        await rig.StartAgainAsync();
        // Nothing was granted, but something may have been missed.
        await signal.WaitAsync(TimeSpan.FromMinutes(2), Token);
        Assert.Equal(ReservationOutcome.Waiting, (await pool.CheckAsync(Host, waiting.Id, null, Token)).Outcome);

        await using (var other = rig.Pool())
            await other.ReleaseAsync(Host, first.Id, Token);
        ReservationDecision decision;
        do
        {
            await signal.WaitAsync(TimeSpan.FromMinutes(2), Token);
            decision = await pool.CheckAsync(Host, waiting.Id, null, Token);
        }
        while (decision.Outcome == ReservationOutcome.Waiting);
        Assert.Equal(ReservationOutcome.Granted, decision.Outcome);
    }

    [Fact]
    public async Task A_server_that_forgot_the_scripts_is_given_them_again()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        await rig.CommandAsync("SCRIPT", "FLUSH");
        var grant = await pool.GrantAsync(Want());
        await rig.CommandAsync("SCRIPT", "FLUSH");
        Assert.True(await pool.ReleaseAsync(Host, grant.Id, Token));
    }

    [Fact]
    public async Task A_replica_is_named_as_read_only()
    {
        await using var primary = await StartAsync();
        await (await primary.PoolAsync(1)).DisposeAsync();
        await primary.CommandAsync("CONFIG", "SET", "repl-diskless-sync-delay", "0");
        await using var replica = await StartAsync();
        await replica.FollowAsync(primary);
        await using var pool = replica.Pool();
        await FailsAsync(pool, "StoreReadOnly", GpuOpsErrorKind.NotAllowed);
    }

    [Fact]
    public async Task A_full_server_refuses_requests_and_still_takes_releases()
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(2);
        var grant = await pool.GrantAsync(Want());
        await rig.CommandAsync("CONFIG", "SET", "maxmemory", "1");

        await FailsAsync(pool, "StoreFull", GpuOpsErrorKind.Exhausted);
        Assert.True(await pool.ReleaseAsync(Host, grant.Id, Token));

        await rig.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        var snapshot = await pool.ReadAsync(Host, Token);
        Assert.Empty(snapshot.Reservations);
        Assert.Empty(snapshot.Queue);
    }

    [Theory]
    [InlineData("StoreCorrupt", "SET", "gpuops:{default}:slots:h1", "nonsense")]
    [InlineData("StoreCorrupt", "SET", "gpuops:{default}:claims:h1", "nonsense")]
    [InlineData("StoreCorrupt", "ZADD", "gpuops:{default}:line:h1", "1", "nobody")]
    [InlineData("StoreCorrupt", "HSET", "gpuops:{default}:gpus:h1", "0", "{nonsense")]
    [InlineData("StoreCorrupt", "SET", "gpuops:{default}:meta", "nonsense")]
    [InlineData("StoreVersionMismatch", "SET", "gpuops:{default}:meta", "99 something else")]
    public async Task Keys_that_another_program_wrote_are_reported(string id, params string[] command)
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        await rig.CommandAsync(command);
        await FailsAsync(pool, id, GpuOpsErrorKind.InvalidData);
    }

    private static async Task<GpuOpsException> FailsAsync(RedisGpuPool pool, string id, GpuOpsErrorKind kind)
    {
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.RequestAsync(Want(), Token));
        Assert.True((error.Id, error.Kind) == (id, kind), error.ToString());
        return error;
    }
}
