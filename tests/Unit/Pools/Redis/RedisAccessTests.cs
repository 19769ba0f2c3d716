using System.Net;
using System.Net.Sockets;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Redis;
using GpuOps.Rigs;
using static GpuOps.Unit.Pools.Redis.RedisRig;

namespace GpuOps.Unit.Pools.Redis;

public sealed class RedisAccessTests
{
    // As docs/redis.md gives it.
    private const string Rule =
        "~gpuops:* &gpuops:* -@all +@connection +@pubsub +info +evalsha +eval +time +@hash +@sortedset +@set +get +set +del +exists";

    [Fact]
    public async Task A_user_limited_by_the_documented_rule_can_do_everything()
    {
        await using var rig = await StartAsync(new RedisServerOptions
        {
            AclLines = ["user default off", $"user gpu on >secret {Rule}"],
        });
        await using var pool = rig.Pool(options => options with { User = "gpu", Password = () => "secret" });

        await EverythingWorksAsync(pool);

        var checks = await pool.TestAsync(Token).ToListAsync(Token);
        Assert.All(checks, check => Assert.True(check.Succeeded, check.ToString()));
    }

    [Theory]
    [InlineData("~other:* &gpuops:* +@all")]
    [InlineData("~gpuops:* &other:* +@all")]
    [InlineData("~gpuops:* &gpuops:* +@all -hset")]
    [InlineData("~gpuops:* &gpuops:* +@all -eval -evalsha")]
    public async Task A_user_who_may_too_little_is_told_so(string rule)
    {
        await using var rig = await StartAsync(new RedisServerOptions { AclLines = ["user default on nopass ~* &* +@all", $"user gpu on >secret {rule}"] });
        await (await rig.PoolAsync(1)).DisposeAsync();
        await using var pool = rig.Pool(options => options with { User = "gpu", Password = () => "secret" });

        var checks = await pool.TestAsync(Token).ToListAsync(Token);

        Assert.False(checks[^1].Succeeded);
        Assert.Contains("ACL", checks[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_is_spoken_when_the_certificate_is_trusted()
    {
        await using var rig = await StartAsync(new RedisServerOptions { Tls = true, Password = "secret" });
        await using var pool = rig.Pool(options => options with { Tls = true, CaFile = rig.CaFile, Password = () => "secret" });
        await EverythingWorksAsync(pool);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        await using var rig = await StartAsync(new RedisServerOptions { Tls = true });
        await using var stranger = await StartAsync(new RedisServerOptions { Tls = true });
        foreach (var file in new[] { stranger.CaFile, null })
        {
            await using var pool = rig.Pool(options => options with { Tls = true, CaFile = file });
            var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.ReadAsync(null, Token));
            Assert.True(error.Id == "StoreCertificateRejected", error.ToString());
        }
    }

    [Theory]
    [InlineData(true, "rediss:")]
    [InlineData(false, "redis:")]
    public async Task One_that_speaks_TLS_to_one_that_does_not_is_told_of_it(bool serverTls, string hint)
    {
        await using var rig = await StartAsync(new RedisServerOptions { Tls = serverTls });
        await using var pool = rig.Pool(options => options with { Tls = !serverTls, CaFile = null });
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.ReadAsync(null, Token));
        Assert.Equal("StoreUnreachable", error.Id);
        Assert.Contains(hint, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "asks for a password")]
    [InlineData("wrong", "refused the user 'default'")]
    public async Task The_variable_of_a_missing_or_wrong_password_is_named(string? password, string expected)
    {
        await using var rig = await StartAsync(new RedisServerOptions { Password = "secret" });
        await using var pool = rig.Pool(options => options with { Password = () => password, PasswordVariable = "LAB_PASSWORD" });
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.ReadAsync(null, Token));
        Assert.Equal("StoreAuthenticationFailed", error.Id);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("LAB_PASSWORD", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        // The certificate is made out to localhost and 127.0.0.1.
        await using var rig = await StartAsync(new RedisServerOptions { Tls = true, Arguments = ["--bind", "127.0.0.1", "127.0.0.2"] });
        await using var pool = rig.Pool(options => options with
        {
            EndPoints = [new DnsEndPoint("127.0.0.2", rig.Port)],
            Tls = true,
            CaFile = rig.CaFile,
        });
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.ReadAsync(null, Token));
        Assert.True(error.Id == "StoreCertificateRejected", error.ToString());
    }

    [Fact]
    public async Task A_CA_file_that_holds_no_certificate_is_named()
    {
        await using var rig = await StartAsync();
        await using var pool = rig.Pool(options => options with { Tls = true, CaFile = "/nowhere/ca.pem" });
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => pool.ReadAsync(null, Token));
        Assert.Equal("CaFileUnusable", error.Id);
        Assert.Contains("/nowhere/ca.pem", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Unix_socket_is_as_good_as_a_port()
    {
        await using var rig = await StartAsync(new RedisServerOptions { UnixSocket = true });
        await using var pool = rig.Pool(options => options with { EndPoints = [new UnixDomainSocketEndPoint(rig.SocketPath)] });
        await EverythingWorksAsync(pool);
    }

    [Fact]
    public async Task A_cluster_keeps_a_pool_in_one_slot()
    {
        await using var rig = await StartAsync(new RedisServerOptions { Cluster = true });
        await using var pool = rig.Pool();
        await EverythingWorksAsync(pool);
        await using var other = rig.Pool(options => options with { Pool = "other" });
        await EverythingWorksAsync(other);
    }

    [Fact]
    public async Task Two_pools_of_one_server_do_not_see_each_other()
    {
        await using var rig = await StartAsync();
        await using var one = await rig.PoolAsync(1);
        await using var two = await rig.PoolAsync(2, options => options with { Pool = "two" });
        var grant = await one.GrantAsync(Want());

        Assert.Empty((await two.ReadAsync(null, Token)).Reservations);
        Assert.Equal(2, (await two.ReadAsync(null, Token)).Gpus.Count);
        Assert.False(await two.ReleaseAsync(Host, grant.Id, Token));
        Assert.Equal([grant.Id], (await two.BeatAsync([(Host, grant.Id)], Token)).Lost);
        Assert.Equal(1, (await two.GrantAsync(Want())).FencingNumber);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a}b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void A_name_that_would_break_the_keys_is_refused(string name) =>
        Assert.Equal("InvalidPoolName", Assert.Throws<GpuOpsException>(
            () => new RedisGpuPool(new RedisPoolOptions { EndPoints = [new DnsEndPoint("localhost", 6379)], Pool = name })).Id);

    [Fact]
    public async Task A_test_names_what_is_missing()
    {
        await using var rig = await StartAsync();
        await using var pool = rig.Pool();
        var checks = await pool.TestAsync(Token).ToListAsync(Token);
        Assert.Equal(["Resolve", "Connect", "Read", "Write", "Listen", "Server", "Pool"], checks.Select(check => check.Step));
        Assert.False(checks[^1].Succeeded);
        Assert.Contains("Initialize-GpuPool", checks[^1].Detail, StringComparison.Ordinal);

        await rig.CommandAsync("CONFIG", "SET", "maxmemory", "1gb");
        await rig.CommandAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var evicting = (await pool.TestAsync(Token).ToListAsync(Token))[^1];
        Assert.Equal(("Server", false), (evicting.Step, evicting.Succeeded));
        Assert.Contains("noeviction", evicting.Detail, StringComparison.Ordinal);

        await using var nowhere = rig.Pool(options => options with { EndPoints = [new DnsEndPoint("no-such-host.invalid", 1)] });
        Assert.Equal(("Resolve", false), (await nowhere.TestAsync(Token).ToListAsync(Token)) is [var only] ? (only.Step, only.Succeeded) : default);
    }

    private static async Task EverythingWorksAsync(RedisGpuPool pool)
    {
        await pool.InitializeAsync(Layout(1), force: false, dryRun: false, Token);
        var first = await pool.GrantAsync(Want() with { Observation = GpuObservation.Idle });
        var next = Want() with { Holder = new ProcessIdentity("boot/1", 1, 1) };
        await using var signal = await pool.ListenAsync(Host, next.Id, Token);
        Assert.Equal(ReservationOutcome.Waiting, (await pool.RequestAsync(next, Token)).Outcome);
        Assert.True(await pool.ReleaseAsync(Host, first.Id, Token));
        await signal.WaitAsync(TimeSpan.FromMinutes(1), Token);
        var grant = (await pool.CheckAsync(Host, next.Id, null, Token)).Reservation!;
        await pool.DeclineAsync(grant, GpuObservation.Idle, Token);
        Assert.Empty((await pool.BeatAsync([(Host, next.Id)], Token)).Lost);
        Assert.Empty(await pool.SetServiceAsync(Host, [0], "fan", "root", Token));
        Assert.Empty(await pool.SetServiceAsync(Host, [0], null, "root", Token));
        Assert.Equal(1, await pool.ReclaimAsync([new Claim(next.Id, Host, next.Holder)], Token));
        Assert.NotEmpty(await pool.ReadUsageAsync(DateTimeOffset.MinValue, Token));
        Assert.Empty((await pool.ReadAsync(null, Token)).Reservations);
        Assert.Equal([0], (await pool.InitializeAsync(Layout(0), force: true, dryRun: false, Token)).Removed);
        await pool.InitializeAsync(Layout(1), force: false, dryRun: false, Token);
    }
}
