using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>Commands and files over a real sshd.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class SshChannelContract(ChannelKind transport) : ChannelContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ICommandChannel Open(SshDestination destination, SshDialog? dialog = null) => transport.Open(destination, dialog, _folder.Path);

    private protected override async Task<ChannelPlace> PlaceAsync()
    {
        var rig = await StartAsync();
        return new ChannelPlace(Open(rig.Destination()), Directory.CreateDirectory(Path.Combine(rig.Folder, "place")).FullName, rig);
    }

    [Fact]
    public async Task Big_output_arrives_whole()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());

        var result = await channel.RunAsync(Sh("head -c 40000000 /dev/zero"), Token);

        Assert.Equal(40_000_000, result.Output.Length);
    }

    [Fact]
    public async Task Folder_and_variables_hold_for_the_command()
    {
        await using var rig = await StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(rig.Folder, "a 'b")).FullName;
        await using var channel = Open(rig.Destination() with { Environment = new Dictionary<string, string> { ["ONE"] = "1", ["TWO"] = "x" } });
        var command = Sh("pwd; printf %s \"$ONE $TWO\"") with { Folder = folder, Environment = new Dictionary<string, string> { ["TWO"] = "$(2)'\n!" } };

        Assert.Equal($"{folder}\n1 $(2)'\n!", (await channel.RunAsync(command, Token)).OutputText);
    }

    [Fact]
    public async Task One_connection_serves_more_callers_than_a_server_takes_sessions()
    {
        await using var rig = await StartAsync(new SshdRigOptions { Lines = ["MaxSessions 10"] });
        await using var channel = Open(rig.Destination());

        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => channel.RunAsync(Sh("echo $1 $SSH_CONNECTION", $"{i}"), Token)));

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}"), results.Select(result => result.OutputText.Split(' ')[0]));
        Assert.Single(results.Select(result => result.OutputText.Split(' ', 2)[1]).Distinct());
    }

    [Fact]
    public async Task Commands_that_take_a_while_to_end_hold_their_places_until_then()
    {
        await using var rig = await StartAsync(new SshdRigOptions { Lines = ["MaxSessions 10"] });
        await using var channel = Open(rig.Destination() with { KeepAlive = TimeSpan.FromSeconds(1) });
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        string[] ids = [.. Enumerable.Range(0, 8).Select(i => Path.Combine(rig.Folder, $"id{i}"))];
        var runs = ids.Select(id => channel.RunAsync(Sh("trap '' INT; echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"; while :; do sleep 0.05; done", id), giveUp.Token)).ToList();
        await Task.WhenAll(ids.Select(UntilExistsAsync));

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(runs));
        var others = await Task.WhenAll(ids.Select(_ => channel.RunAsync(Sh("echo $SSH_CONNECTION; exec sleep 0.3"), Token)));

        Assert.Single(others.Select(static other => other.OutputText).Distinct());
        foreach (var id in ids)
            await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
    }

    [Fact]
    public async Task A_server_that_takes_no_further_session_is_alive()
    {
        await using var rig = await StartAsync(new SshdRigOptions { Lines = ["MaxSessions 1"] });
        await using var channel = Open(rig.Destination() with { KeepAlive = TimeSpan.FromMilliseconds(50) });

        Assert.Equal(0, (await channel.RunAsync(Sh("exec sleep 1"), Token)).ExitCode);
    }

    [Fact]
    public async Task A_cut_connection_leaves_the_fate_of_a_running_command_unknown_and_the_next_connects_anew()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        var id = Path.Combine(rig.Folder, "id");
        var run = channel.RunAsync(Sh("echo x >> \"$1\"; exec sleep 30", id), Token);
        await UntilExistsAsync(id);

        rig.CutConnections();

        Assert.Equal("ChannelLost", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => run)).Id);
        Assert.Equal("x\n", (await channel.RunAsync(Sh("cat \"$1\"", id), Token)).OutputText);
    }

    [Fact]
    public async Task A_connection_cut_while_idle_is_not_noticed_by_the_next_command()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        await channel.RunAsync(Sh("true"), Token);

        rig.CutConnections();

        var count = Path.Combine(rig.Folder, "count");
        Assert.Equal(0, (await channel.RunAsync(Sh("echo x >> \"$1\"", count), Token)).ExitCode);
        Assert.Equal("x\n", await File.ReadAllTextAsync(count, Token));
    }

    [Fact]
    public async Task A_connection_that_falls_silent_is_noticed_while_a_command_runs()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination() with { KeepAlive = TimeSpan.FromMilliseconds(100), KeepAliveCount = 3 });
        var id = Path.Combine(rig.Folder, "id");
        var run = channel.RunAsync(Sh("echo x >> \"$1\"; exec sleep 30", id), Token);
        await UntilExistsAsync(id);

        rig.SilenceConnections();

        Assert.Equal("ChannelLost", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => run)).Id);
        Assert.Equal("x\n", (await channel.RunAsync(Sh("cat \"$1\"", id), Token)).OutputText);
    }

    [Fact]
    public async Task A_connection_that_fell_silent_while_idle_costs_the_next_command_time_and_nothing_else()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination() with { ConnectTimeout = TimeSpan.FromSeconds(1), KeepAlive = TimeSpan.FromSeconds(1), KeepAliveCount = 1 });
        await channel.RunAsync(Sh("true"), Token);

        rig.SilenceConnections();

        var count = Path.Combine(rig.Folder, "count");
        Assert.Equal(0, (await channel.RunAsync(Sh("echo x >> \"$1\"", count), Token)).ExitCode);
        Assert.Equal("x\n", await File.ReadAllTextAsync(count, Token));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_unreachable_until_it_is_back()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        await channel.RunAsync(Sh("true"), Token);
        await rig.KillAsync();

        Assert.Equal("ChannelUnreachable", (await channel.FaultAsync()).Id);
        await rig.StartAgainAsync();
        Assert.Equal(0, (await channel.RunAsync(Sh("true"), Token)).ExitCode);
    }

    [Fact]
    public async Task On_a_full_disk_nothing_is_written_and_what_was_there_stays()
    {
        Need(FullDisk.Missing);
        await using var rig = await StartAsync();
        await using var disk = await FullDisk.MountAsync(takesNames: true);
        await using var channel = Open(rig.Destination());
        var path = Path.Combine(disk.Path, "all");

        var fault = await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.WriteAsync(path, new byte[100_000], false, Token));

        Assert.Equal("FileNotWritten", fault.Id);
        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
        Assert.Equal(path, Assert.Single(Directory.GetFiles(disk.Path)));
        Assert.Equal(64 << 10, new FileInfo(path).Length);
    }
}
