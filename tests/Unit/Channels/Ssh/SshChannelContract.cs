using System.Security.Cryptography;
using System.Text;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Rigs;
using GpuOps.Unit.Probes;
using static GpuOps.Unit.Channels.Ssh.SshRig;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>Commands and files over a real sshd.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public abstract class SshChannelContract(ChannelKind transport) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected ICommandChannel Open(SshDestination destination, SshDialog? dialog = null) => transport.Open(destination, dialog, _folder.Path);

    [Fact]
    public async Task Streams_and_exit_codes_arrive_as_they_are()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        var input = RandomNumberGenerator.GetBytes(300_000);

        var result = await channel.RunAsync(Sh("cat; printf 'a\\0b\\377' >&2; exit 3") with { Input = input }, Token);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(input, result.Output);
        Assert.Equal([(byte)'a', 0, (byte)'b', 255], result.Error);
    }

    [Fact]
    public async Task A_signal_is_128_and_its_number()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());

        Assert.Equal(143, (await channel.RunAsync(Sh("kill -TERM $$"), Token)).ExitCode);
        Assert.Equal(137, (await channel.RunAsync(Sh("kill -KILL $$"), Token)).ExitCode);
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
    public async Task Output_is_read_while_the_command_runs()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        var go = Path.Combine(Directory.CreateTempSubdirectory("gpuops-").FullName, "go");
        var first = "";
        var more = 0L;
        var command = Sh("echo first; while [ ! -e \"$1\" ]; do sleep 0.02; done; head -c 3000000 /dev/zero; echo said >&2", go) with
        {
            OutputReader = async (stream, token) =>
            {
                var line = new byte["first\n".Length];
                await stream.ReadExactlyAsync(line, token);
                first = Encoding.UTF8.GetString(line);
                await File.WriteAllTextAsync(go, "", token);
                var buffer = new byte[8192];
                for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
                    more += read;
            },
        };

        var result = await channel.RunAsync(command, Token);

        Directory.Delete(Path.GetDirectoryName(go)!, recursive: true);
        Assert.Equal(("first\n", 3_000_000L, 0, 0, "said\n"), (first, more, result.ExitCode, result.Output.Length, result.ErrorText));
    }

    [Fact]
    public async Task A_reader_that_gives_up_is_heard_unless_the_command_failed_itself()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        var command = Sh("head -c 3000000 /dev/zero; exit $1", "0") with { OutputReader = static (_, _) => throw new InvalidDataException("enough") };

        Assert.Equal("enough", (await Assert.ThrowsAsync<InvalidDataException>(() => channel.RunAsync(command, Token))).Message);
        Assert.Equal(4, (await channel.RunAsync(Sh("echo x; exit $1", "4") with { OutputReader = command.OutputReader }, Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_ends_all_the_same()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());

        Assert.Equal(0, (await channel.RunAsync(new ChannelCommand(["true"]) { Input = new byte[5_000_000] }, Token)).ExitCode);
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
    public async Task What_does_not_exist_is_named()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());

        Assert.Equal("CommandNotFound", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.RunAsync(new ChannelCommand(["no-such-program"]), Token))).Id);
        Assert.Equal("FolderNotFound", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.RunAsync(Sh("true") with { Folder = "/no/such" }, Token))).Id);
        Assert.Equal(127, (await channel.RunAsync(Sh("exit 127"), Token)).ExitCode);
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
    public async Task Giving_up_returns_at_once_and_ends_the_command()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (id, said) = (Path.Combine(rig.Folder, "id"), Path.Combine(rig.Folder, "said"));
        var run = channel.RunAsync(Sh("trap 'echo interrupted > \"$2\"; exit' INT; echo $$ > \"$1.new\"; mv \"$1.new\" \"$1\"; while :; do sleep 0.05; done", id, said), giveUp.Token);
        await UntilExistsAsync(id);

        var start = TimeProvider.System.GetTimestamp();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
        Assert.True(File.Exists(said));
    }

    [Fact]
    public async Task A_command_that_ignores_SIGINT_is_killed_with_its_children()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var id = Path.Combine(rig.Folder, "id");
        var run = channel.RunAsync(Sh("trap '' INT; sleep 1000 & echo $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait", id), giveUp.Token);
        await UntilExistsAsync(id);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await UntilGoneAsync((await File.ReadAllTextAsync(id, Token)).Trim());
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
    public async Task Files_are_written_looked_at_and_read()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());
        var path = Path.Combine(rig.Folder, "-a 'b\n$c");
        var content = RandomNumberGenerator.GetBytes(100_000);

        await channel.WriteAsync(path, content, isProgram: false, Token);

        Assert.Equal(content, await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(content[10..30], await channel.ReadAsync(path, 10, 20, Token));
        Assert.Equal(content[99_990..], await channel.ReadAsync(path, 99_990, 500, Token));
        Assert.Empty(await channel.ReadAsync(path, 200_000, 500, Token));
        await using var local = new LocalChannel();
        Assert.Equal(await local.StatAsync(path, Token), await channel.StatAsync(path, Token));
        await channel.WriteAsync(path, content, isProgram: true, Token);
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task Files_that_are_not_there_are_named_and_nothing_is_left_of_one_that_cannot_be_written()
    {
        await using var rig = await StartAsync();
        await using var channel = Open(rig.Destination());

        Assert.Null(await channel.StatAsync("/no/such", Token));
        Assert.Null(await channel.StatAsync(rig.Folder, Token));
        Assert.Equal("FileNotFound", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.ReadAsync("/no/such", 0, 1, Token))).Id);
        Assert.Equal("FileNotReadable", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.ReadAsync(rig.Folder, 0, 1, Token))).Id);
        Assert.Equal("FileNotWritten", (await Assert.ThrowsAsync<Errors.GpuOpsException>(() => channel.WriteAsync("/no/such", new byte[1], false, Token))).Id);
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
