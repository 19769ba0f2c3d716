using CsCheck;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Unit.Configuration;

public sealed class BackendUriTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("redis://h", "h:6379", "default", null)]
    [InlineData("REDIS://h:1234/", "h:1234", "default", null)]
    [InlineData("redis:", "localhost:6379", "default", null)]
    [InlineData("redis://alice@h/?pool=team-a", "h:6379", "team-a", "alice")]
    [InlineData("redis://a%40b%3Ac@h", "h:6379", "default", "a@b:c")]
    [InlineData("redis://h1,h2:7000,10.0.0.1", "h1:6379 h2:7000 10.0.0.1:6379", "default", null)]
    [InlineData("redis://[::1]:7000,[fe80::1%25eth0]", "::1:7000 fe80::1%eth0:6379", "default", null)]
    public void Redis_hosts_are_read(string uri, string hosts, string pool, string? user)
    {
        var endpoint = Redis(uri);

        Assert.Equal(hosts, string.Join(' ', endpoint.Hosts.Select(static host => $"{host.Name}:{host.Port}")));
        Assert.Equal((pool, user, false, null), (endpoint.Pool, endpoint.User, endpoint.Tls, endpoint.Socket));
    }

    [Fact]
    public void Redis_over_TLS_and_a_socket_are_read()
    {
        var tls = Redis("rediss://h?caFile=ca%20file.pem");
        Assert.True(tls.Tls);
        Assert.Equal(workspace.At("project/ca file.pem"), tls.CaFile);

        var socket = Redis("redis+unix:///run/redis%2Fr.sock?pool=x");
        Assert.Equal(("/run/redis/r.sock", "x", 0), (socket.Socket, socket.Pool, socket.Hosts.Count));
    }

    [Theory]
    [InlineData("redis://h:0", "port")]
    [InlineData("redis://h:65536", "port")]
    [InlineData("redis://h:", "port")]
    [InlineData("redis://::1", "brackets")]
    [InlineData("redis://[::1", "not a host")]
    [InlineData("redis://[::1]7000", "port")]
    [InlineData("redis://[1.2.3.4]", "not a host")]
    [InlineData("redis://%5B", "not a host")]
    [InlineData("redis://[", "not a host")]
    [InlineData("redis://h,,i", "not a host")]
    [InlineData("redis://h h", "not a host")]
    [InlineData("redis://@h", "user")]
    [InlineData("redis://h/0", "?pool=NAME")]
    [InlineData("redis:h:6379", "redis://host")]
    [InlineData("redis://h?pool=", "pool's name")]
    [InlineData("redis://h?pool={a}", "pool's name")]
    [InlineData("redis://h?pool", "no value")]
    [InlineData("redis://h?pool=a&pool=b", "twice")]
    [InlineData("redis://h?pol=a", "Did you mean 'pool'")]
    [InlineData("redis://h?caFile=a", "rediss:")]
    [InlineData("redis://h%zz", "hexadecimal")]
    [InlineData("redis://h%0a", "control character")]
    [InlineData("redis://h\n", "control character")]
    [InlineData("redis://h#x", "%23")]
    [InlineData("redis+unix://run/r.sock", "third '/'")]
    [InlineData("redis+unix:", "missing")]
    [InlineData("sqlite://host/x", "third '/'")]
    [InlineData("sqlite:/folder/", "folder")]
    [InlineData("sqlite::memory:", "memory")]
    [InlineData("sqlite:x?mode=ro", "no options")]
    [InlineData(":x", "scheme")]
    public void A_malformed_URI_is_refused_with_the_reason(string uri, string why)
    {
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load().ResolveBackend(uri));
        Assert.Equal("InvalidBackendUri", error.Id);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://u:s3cret@h")]
    [InlineData("redis://:s3cret@h")]
    [InlineData("redis://u:s3cret@h:x")]
    [InlineData("redis://u:s3c/s3cret@h")]
    [InlineData("redis://u:s3c?s3cret@h")]
    [InlineData("redis://u:s3@s3cret@h")]
    [InlineData("redis://u:s3cret%zz@h")]
    [InlineData("redis://h?password=s3cret")]
    [InlineData("rediss://h/?pool=x&PassWord=s3cret")]
    [InlineData("redis://h?token=s3cret&x=y")]
    [InlineData(" redis://u:s3cret@h")]
    [InlineData("h,password=s3cret")]
    [InlineData("h:6379,password=s3cret")]
    [InlineData("nosuch://u:s3cret@h")]
    [InlineData("sqlite://u:s3cret@h/x")]
    public void A_password_in_a_URI_is_refused_and_never_shown(string uri)
    {
        foreach (var load in new Action[] { () => workspace.Load().ResolveBackend(uri), () => workspace.Load(("backend", uri)).ResolveBackend() })
            Assert.DoesNotContain("s3cret", Assert.Throws<GpuOpsException>(load).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_about_a_password_says_where_it_belongs()
    {
        var error = Assert.Throws<GpuOpsException>(() => workspace.Load().ResolveBackend("redis://u:s3cret@h"));
        Assert.Equal("PasswordInUri", error.Id);
        Assert.Contains("redis://u:***@h", error.Message, StringComparison.Ordinal);
        Assert.Contains("GPUOPS_REDIS_PASSWORD", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_may_stand_beside_the_URI_but_not_contradict_it()
    {
        workspace.User("backends:\n  a: {uri: 'redis://h', user: bob, pool: p}\n  b: {uri: 'rediss://bob@h', user: bob, caFile: ca.pem}\n");
        var configuration = workspace.Load();
        var (a, b) = (configuration.ResolveBackend("a"), configuration.ResolveBackend("b"));
        Assert.Equal(("bob", "p"), (RedisEndpoint.From(a, workspace.Environment).User, RedisEndpoint.From(a, workspace.Environment).Pool));
        Assert.Equal(workspace.At("user/ca.pem"), RedisEndpoint.From(b, workspace.Environment).CaFile);

        workspace.User("backends:\n  a: {uri: 'redis://eve@h', user: bob}\n").Refuses("InvalidBackendUri");
    }

    [Fact]
    public void Sqlite_is_the_machines_store_where_there_is_one_else_the_users()
    {
        Assert.Equal(new SqliteLocation(workspace.At("state/pool-box.db")), Sqlite("sqlite:"));
        Assert.Equal(Sqlite("sqlite:"), Sqlite("local"));

        workspace.Environment = workspace.Environment with { MachineStateFolder = workspace.At("machine"), HostName = "a/b" };
        Assert.Equal(new SqliteLocation(workspace.At("machine/pool.db")), Sqlite("sqlite:"));

        workspace.Environment = workspace.Environment with { MachineStateFolder = workspace.At("nowhere") };
        Assert.Equal(workspace.At("state/pool-a_b.db"), Sqlite("sqlite:").Path);

        workspace.Environment = workspace.Environment with { UserStateFolder = null };
        Assert.Equal("NoStateFolder", Assert.Throws<GpuOpsException>(() => Sqlite("sqlite:")).Id);
    }

    [Theory]
    [InlineData("sqlite:/a/b.db", "/a/b.db")]
    [InlineData("sqlite:///a/b.db", "/a/b.db")]
    [InlineData("sqlite:/home/me@site.org/mypass=1/b.db", "/home/me@site.org/mypass=1/b.db")]
    [InlineData("sqlite:/a/x%3Fy z.db", "/a/x?y z.db")]
    public void Sqlite_takes_an_absolute_path(string uri, string path) => Assert.Equal(path, Sqlite(uri).Path);

    [Fact]
    public void Sqlite_takes_a_path_relative_to_the_current_folder_or_to_its_file()
    {
        workspace.User("backends:\n  mine: sqlite:sub/p.db\n");
        Assert.Equal(workspace.At("project/p.db"), Sqlite("sqlite:p.db").Path);
        Assert.Equal(workspace.At("home/p.db"), Sqlite("sqlite:~/p.db").Path);
        Assert.Equal(workspace.At("user/sub/p.db"), Sqlite("mine").Path);
    }

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["redisqlt:/@[],.?&=%0a5B#-"], 0, 30].Select(static tail => "redis://" + tail)).Sample(text =>
        {
            try
            {
                RedisEndpoint.From(Definition(BackendUri.Parse(text)), workspace.Environment);
            }
            catch (GpuOpsException e)
            {
                Assert.True(e.Id is "InvalidBackendUri" or "PasswordInUri", e.Id);
            }
        });

    [Fact]
    public void An_encoded_path_is_read_back() =>
        Gen.String[1, 20].Where(static path => !path.Any(char.IsControl) && !path.Any(char.IsSurrogate)).Sample(path =>
            BackendUri.Parse("sqlite:///" + BackendUri.EncodePath(path)).Path == "/" + path);

    private BackendDefinition Definition(BackendUri uri) => new() { Name = "x", Uri = uri, Folder = workspace.At("project") };

    private RedisEndpoint Redis(string uri) => RedisEndpoint.From(workspace.Load().ResolveBackend(uri), workspace.Environment);

    private SqliteLocation Sqlite(string uri) => SqliteLocation.Find(workspace.Load().ResolveBackend(uri), workspace.Environment);
}
