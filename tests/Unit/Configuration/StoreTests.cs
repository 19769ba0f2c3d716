using GpuOps.Configuration;
using GpuOps.Errors;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Configuration;

public sealed class StoreTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Workspace workspace = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string UserText => File.ReadAllText(workspace.UserFile);

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task Setting_writes_the_users_file_and_keeps_its_comments()
    {
        workspace.User("# mine\nbackend: local # the usual\n\nheartbeat:\n  expiry: 10m\n");

        var change = await workspace.Store.SetAsync("heartbeat.interval", "90s", ConfigurationScope.User, Cancel);

        Assert.Equal("# mine\nbackend: local # the usual\n\nheartbeat:\n  expiry: 10m\n  interval: 90s\n", UserText);
        Assert.Equal((workspace.UserFile, "heartbeat.interval", true), (change.Path, change.Key, change.Changed));
        Assert.Equal(TimeSpan.FromSeconds(90), change.Effective?.Value);
    }

    [Fact]
    public async Task Setting_what_holds_already_touches_nothing()
    {
        workspace.User("command: {grace: 5s}\n");
        var written = File.GetLastWriteTimeUtc(workspace.UserFile);
        Assert.False((await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel)).Changed);
        Assert.False((await workspace.Store.ResetAsync("backend", ConfigurationScope.User, Cancel)).Changed);
        Assert.Equal(written, File.GetLastWriteTimeUtc(workspace.UserFile));
    }

    [Fact]
    public async Task A_stronger_layer_shows_in_what_holds_after_the_change()
    {
        workspace.Variable("GPUOPS_COMMAND_GRACE", "1s");
        var change = await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.Machine, Cancel);
        Assert.Equal(ConfigurationSource.Environment, change.Effective?.Source);
        Assert.Equal("command:\n  grace: 5s\n", await File.ReadAllTextAsync(workspace.MachineFile, Cancel));
    }

    [Theory]
    [InlineData("heartbeat.intervall", "5s", "UnknownSetting")]
    [InlineData("heartbeat.interval", "5", "InvalidDuration")]
    [InlineData("heartbeat.interval", "2m", "SettingConflict")]
    [InlineData("backend", "nosuch", "UnknownBackend")]
    [InlineData("backend", "nosuch://h", "UnknownBackendScheme")]
    [InlineData("backend", "redis://u:p@h", "PasswordInUri")]
    public async Task A_wrong_value_is_refused_and_nothing_is_written(string key, string value, string id)
    {
        var error = await Assert.ThrowsAsync<GpuOpsException>(async () => await workspace.Store.SetAsync(key, value, ConfigurationScope.User, Cancel));
        Assert.Equal(id, error.Id);
        Assert.False(File.Exists(workspace.UserFile));
    }

    [Fact]
    public async Task A_project_does_not_get_what_is_not_its_own()
    {
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => workspace.Store.SetAsync("usage.retention", "30d", ConfigurationScope.Project, Cancel));
        Assert.Equal("NotAllowedInProject", error.Id);
        Assert.False(File.Exists(workspace.ProjectFile));
    }

    [Fact]
    public async Task Registering_and_unregistering_leave_the_rest_alone()
    {
        workspace.User("# mine\nbackend: local\n");
        await Register("hpc", "redis://h", ("pool", "team"), ("user", "me"));
        await Register("lab", "redis://lab");
        Assert.Equal("# mine\nbackend: local\nbackends:\n  hpc:\n    uri: redis://h\n    pool: team\n    user: me\n  lab: redis://lab\n", UserText);
        Assert.Equal("team", workspace.Load().ResolveBackend("hpc").Option("pool"));

        Assert.Equal("BackendExists", (await Assert.ThrowsAsync<GpuOpsException>(() => Register("LAB", "redis://new"))).Id);
        await Register("lab", "redis://new", replace: true);
        Assert.EndsWith("  lab: redis://new\n", UserText, StringComparison.Ordinal);

        await workspace.Store.UnregisterAsync("LAB", ConfigurationScope.User, Cancel);
        await workspace.Store.UnregisterAsync("hpc", ConfigurationScope.User, Cancel);
        Assert.Equal("# mine\nbackend: local\n", UserText);
        Assert.Equal("UnknownBackend", (await Assert.ThrowsAsync<GpuOpsException>(() => workspace.Store.UnregisterAsync("hpc", ConfigurationScope.User, Cancel))).Id);
    }

    [Theory]
    [InlineData("local", "redis://h", "BackendRedefined")]
    [InlineData("h p", "redis://h", "InvalidBackendName")]
    [InlineData("hpc", "redis://u:p@h", "PasswordInUri")]
    [InlineData("hpc", "redis://h/0", "InvalidBackendUri")]
    [InlineData("hpc", "nosuch://h", "UnknownBackendScheme")]
    public async Task A_backend_that_makes_no_sense_is_not_registered(string name, string uri, string id)
    {
        Assert.Equal(id, (await Assert.ThrowsAsync<GpuOpsException>(() => Register(name, uri))).Id);
        Assert.Equal("UnknownBackendOption", (await Assert.ThrowsAsync<GpuOpsException>(() => Register("hpc", "redis://h", ("pol", "x")))).Id);
        Assert.False(File.Exists(workspace.UserFile));
    }

    [Fact]
    public async Task The_default_backend_is_not_unregistered()
    {
        workspace.User("backend: hpc\nbackends: {hpc: 'redis://h'}\n");
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => workspace.Store.UnregisterAsync("hpc", ConfigurationScope.User, Cancel));
        Assert.Equal("BackendInUse", error.Id);
        Assert.Contains(workspace.UserFile + ":1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relative_store_is_written_so_that_it_is_found_from_everywhere()
    {
        await Register("mine", "sqlite:my pool.db");
        Assert.Equal(workspace.At("project/my pool.db"), SqliteLocation.Find(workspace.Load().ResolveBackend("mine"), workspace.Environment).Path);
        await workspace.Store.RegisterAsync("ours", "sqlite:pool.db", new Dictionary<string, string>(), ConfigurationScope.Project, replace: false, Cancel);
        Assert.Contains("ours: sqlite:pool.db", await File.ReadAllTextAsync(workspace.ProjectFile, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_file_is_left_as_it_is()
    {
        workspace.User("backnd: x\n");
        await Assert.ThrowsAsync<GpuOpsException>(() => workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel));
        Assert.Equal("backnd: x\n", UserText);

        // Another broken file does not keep anybody from writing this one.
        workspace.Project("nosuch: 1\n").User("");
        var change = await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel);
        Assert.True(change is { Changed: true, Effective: null });
    }

    [Fact]
    public async Task New_files_are_private_and_old_ones_keep_their_mode_and_mark()
    {
        if (OperatingSystem.IsWindows()) return;
        workspace.Environment = workspace.Environment with { UserConfigFolder = workspace.At("new/deep") };
        await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(workspace.At("new/deep/config.yaml")));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(workspace.At("new/deep")));

        workspace.Project("\ufeffbackend: local\n");
        var mode = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(workspace.ProjectFile, mode);
        await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.Project, Cancel);
        Assert.Equal(mode, File.GetUnixFileMode(workspace.ProjectFile));
        Assert.Equal([0xef, 0xbb, 0xbf], (await File.ReadAllBytesAsync(workspace.ProjectFile, Cancel))[..3]);
        Assert.Equal(["gpuops.yaml"], Directory.GetFiles(workspace.At("project")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_stays_a_link(bool exists)
    {
        if (OperatingSystem.IsWindows()) return;
        if (exists) await File.WriteAllTextAsync(workspace.At("dotfiles.yaml"), "backend: local\n", Cancel);
        File.CreateSymbolicLink(workspace.UserFile, "../dotfiles.yaml");

        await workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel);

        Assert.Equal("../dotfiles.yaml", new FileInfo(workspace.UserFile).LinkTarget);
        Assert.Contains("grace: 5s", await File.ReadAllTextAsync(workspace.At("dotfiles.yaml"), Cancel), StringComparison.Ordinal);
        Assert.Equal(5, workspace.Load().Settings.CommandGrace.TotalSeconds);
    }

    [Fact]
    public async Task Writers_at_the_same_time_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Register($"b{i}", $"redis://h{i}"), Cancel)));
        Assert.Equal(13, workspace.Load().Backends.Count);
    }

    [Fact]
    public async Task A_writer_that_never_ends_is_not_waited_for_for_ever()
    {
        await Register("hpc", "redis://h");
        var path = Directory.GetFiles(workspace.At("state/locks")).Single();
        await using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var time = new FakeTimeProvider();
        var write = new ConfigurationStore(workspace.Environment, time: time).SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel);
        while (!write.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("ConfigurationLocked", (await Assert.ThrowsAsync<GpuOpsException>(() => write)).Id);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        await File.WriteAllTextAsync(workspace.At("file"), "", Cancel);
        workspace.Environment = workspace.Environment with { UserConfigFolder = workspace.At("file/below") };
        var error = await Assert.ThrowsAsync<GpuOpsException>(() => workspace.Store.SetAsync("command.grace", "5s", ConfigurationScope.User, Cancel));
        Assert.Contains(workspace.At("file/below/config.yaml"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_home_the_users_file_is_nowhere()
    {
        workspace.Environment = workspace.Environment with { UserConfigFolder = null };
        Assert.Equal("NoConfigurationFolder", Assert.Throws<GpuOpsException>(() => workspace.Store.FileOf(ConfigurationScope.User)).Id);
    }

    private Task<ConfigurationChange> Register(string name, string uri, params (string Key, string Value)[] options) =>
        Register(name, uri, replace: false, options);

    private async Task<ConfigurationChange> Register(string name, string uri, bool replace, params (string Key, string Value)[] options) =>
        await workspace.Store.RegisterAsync(
            name, uri, options.ToDictionary(static o => o.Key, static o => o.Value), ConfigurationScope.User, replace, Cancel);
}
