using System.Diagnostics;
using System.Net.Sockets;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Processes;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.ServerTests;

/// <summary>The supervisor itself: there is one, it outlives who uses it, and its successor knows what it left.</summary>
public sealed class SupervisorLifeTests : IAsyncLifetime
{
    private const string WaitForGo = "echo $$ > $F/pids; echo all >> $F/pids; while ! [ -e $F/go ]; do sleep 0.01; done; exit 4";
    private const int Terminate = 15, Kill = 9;

    private SupervisorRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await SupervisorRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_start_sent_again_runs_once()
    {
        var order = _rig.Script("echo ran >> $F/runs; exit 3");
        var runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _rig.StartAsync(order)));
        Assert.Single(runs.Select(static run => run.ProcessId).Distinct());
        var end = await _rig.EndAsync();
        await _rig.StartAsync(order);
        await _rig.Client.ForgetAsync("1.1", TestContext.Current.CancellationToken);
        Assert.Empty(await _rig.Client.ListAsync(TestContext.Current.CancellationToken));
        // From its folder, by one that has forgotten it, and by one that never knew it.
        Assert.Equal(end.ToString(), (await _rig.StartAsync(order)).ToString());
        _rig.KillSupervisor();
        await _rig.ConnectAsync();
        Assert.Equal((3, null, end.Ended), await _rig.StartAsync(order) is var again ? (again.ExitCode, again.Fault, again.Ended) : default);
        Assert.Equal("ran\n", _rig.Read("runs"));
    }

    [Fact]
    public async Task A_killed_clients_jobs_are_found_again_with_their_exit_codes()
    {
        await _rig.StartAsync(_rig.Script(WaitForGo));
        await _rig.NumbersAsync("pids");
        var first = _rig.Client.Process;
        await _rig.Client.DisposeAsync();
        await _rig.ConnectAsync();
        Assert.Equal(first, _rig.Client.Process);
        Assert.Null(Assert.Single(await _rig.Client.ListAsync(TestContext.Current.CancellationToken)).Ended);
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        Assert.Equal(4, (await _rig.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task It_lives_when_who_started_it_is_killed_with_all_its_group_and_has_nothing_of_it()
    {
        await using var other = new SupervisorRig();
        var held = Path.Combine(other.Folder, "held");
        using var starter = Process.Start(new ProcessStartInfo(
            "setsid", ["sh", "-c", $"exec 9> '{held}'; GPUOPS_RUN_ID=outer/1.1 '{SupervisorRig.Program}' supervise --detach --folder '{other.State}' && echo up && exec sleep 1000"]) { RedirectStandardOutput = true })!;
        Assert.Equal("up", await starter.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, LocalProcesses.Signal(-starter.Id, Kill));
        await starter.WaitForExitAsync(TestContext.Current.CancellationToken);
        // Its output was not kept open either.
        Assert.Null(await starter.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        var supervisor = (await other.ConnectAsync()).Process!;
        Assert.False(LocalProcesses.IsGone(supervisor));
        Assert.DoesNotContain(held, new DirectoryInfo($"/proc/{supervisor.ProcessId}/fd").EnumerateFileSystemInfos().Select(static file => file.LinkTarget));
        Assert.False(ProcessTable.Read().IsMarked(supervisor.ProcessId, ProcessTable.Marker("GPUOPS_RUN_ID", "outer/1.1")));
        Assert.Single(File.ReadAllLines(Path.Combine(other.State, "supervisor.log")));
    }

    [Fact]
    public async Task What_a_killed_one_left_counts_as_running_until_it_is_gone()
    {
        var order = _rig.Script(WaitForGo);
        await _rig.StartAsync(order);
        var process = Assert.Single(await _rig.NumbersAsync("pids"));
        var watching = Assert.ThrowsAsync<GpuOpsException>(() => _rig.UntilAsync("1.1", static _ => false));
        _rig.KillSupervisor();
        Assert.Equal("SupervisorGone", (await watching).Id);
        Assert.Equal("SupervisorGone", (await Assert.ThrowsAsync<GpuOpsException>(() => _rig.StopAsync())).Id);
        await _rig.ConnectAsync();
        var run = await _rig.UntilAsync("1.1", static run => run.Fault is not null);
        Assert.Equal((process, null), (run.ProcessId, run.Ended));
        Assert.Equal(run.ToString(), (await _rig.StartAsync(order)).ToString());
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        run = await _rig.EndAsync();
        Assert.False(SupervisorRig.IsAlive(process));
        Assert.Equal((null, null), (run.ExitCode, run.Signal));
        Assert.StartsWith("The supervisor that ran it went down", run.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_nobody_took_note_of_is_told_by_the_next()
    {
        var end = await _rig.RunAsync(_rig.Script("exit 3"));
        _rig.KillSupervisor();
        await _rig.ConnectAsync();
        var run = await _rig.EndAsync();
        Assert.Equal((3, null, end.Ended), (run.ExitCode, run.Fault, run.Ended));
        await _rig.Client.ForgetAsync("1.1", TestContext.Current.CancellationToken);
        _rig.KillSupervisor();
        await _rig.ConnectAsync();
        Assert.Empty(await _rig.Client.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_that_runs_is_not_forgotten()
    {
        await _rig.StartAsync(_rig.Script(WaitForGo));
        await _rig.Client.ForgetAsync("1.1", TestContext.Current.CancellationToken);
        Assert.Single(await _rig.Client.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_a_killed_one_left_can_be_stopped()
    {
        await _rig.StartAsync(_rig.Script($"setsid sleep 1000 & {WaitForGo}"));
        var process = Assert.Single(await _rig.NumbersAsync("pids"));
        _rig.KillSupervisor();
        await _rig.ConnectAsync();
        await _rig.StopAsync();
        Assert.True((await _rig.EndAsync()).IsStopped);
        Assert.False(SupervisorRig.IsAlive(process));
    }

    [Fact]
    public async Task There_is_one_however_many_start_it_at_once()
    {
        await using var other = new SupervisorRig();
        var clients = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => other.ConnectAsync())));
        Assert.Single(clients.Select(static client => client.Process).Distinct());
        using var second = Process.Start(new ProcessStartInfo(SupervisorRig.Program, ["supervise", "--folder", other.State]) { RedirectStandardError = true })!;
        var complaint = await second.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await second.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ServerExit.AlreadyRuns, second.ExitCode);
        Assert.Contains("runs for", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_to_end_it_goes_on_while_a_job_runs()
    {
        await _rig.StartAsync(_rig.Script(WaitForGo));
        var process = _rig.Client.Process!;
        Assert.Equal(0, LocalProcesses.Signal(process.ProcessId, Terminate));
        await Wait.UntilAsync(() => _rig.Read("state/supervisor.log"), static log => log.Contains("1 job runs", StringComparison.Ordinal), "it says that it goes on");
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "go"), "", TestContext.Current.CancellationToken);
        Assert.Equal(4, (await _rig.EndAsync()).ExitCode);
        Assert.Equal(0, LocalProcesses.Signal(process.ProcessId, Terminate));
        Wait.Until(() => LocalProcesses.IsGone(process), "it ends");
        Assert.False(File.Exists(new SupervisorFiles(_rig.State).Socket));
    }

    [Fact]
    public async Task With_nobody_connected_it_ends_by_itself_but_not_while_a_job_runs()
    {
        await using var other = new SupervisorRig { Patience = TimeSpan.FromMilliseconds(100) };
        var process = (await other.ConnectAsync()).Process!;
        await other.StartAsync(other.Script(WaitForGo));
        var job = Assert.Single(await other.NumbersAsync("pids"));
        await other.Client.DisposeAsync();
        // Many times its patience.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.False(LocalProcesses.IsGone(process));
        Assert.True(SupervisorRig.IsAlive(job));
        await File.WriteAllTextAsync(Path.Combine(other.Folder, "go"), "", TestContext.Current.CancellationToken);
        Wait.Until(() => LocalProcesses.IsGone(process), "it ends");
        Assert.False(File.Exists(new SupervisorFiles(other.State).Socket));
        await other.ConnectAsync();
        Assert.Equal(4, (await other.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Who_comes_while_it_ends_by_itself_finds_it_or_the_next()
    {
        await using var other = new SupervisorRig { Patience = TimeSpan.FromMilliseconds(500) };
        HashSet<ProcessIdentity> seen = [];
        for (var round = 0; round < 8; round++)
        {
            var client = await other.ConnectAsync();
            seen.Add(client.Process!);
            // Longer than its patience: who was greeted is not left alone.
            await Task.Delay(round % 2 * 600, TestContext.Current.CancellationToken);
            Assert.Empty(await client.ListAsync(TestContext.Current.CancellationToken));
            await client.DisposeAsync();
            await Task.Delay(480 + (5 * round), TestContext.Current.CancellationToken);
        }

        Assert.True(seen.Count > 1, "It never ended.");
    }

    [Fact]
    public async Task Nobody_else_may_speak_to_it_and_no_secret_is_on_the_disk()
    {
        var order = _rig.Script("true") with { Variables = new Dictionary<string, string> { ["TOKEN"] = "hunter2-secret" } };
        await _rig.RunAsync(order);
#pragma warning disable CA1416 // The supervisor is for Linux.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(new SupervisorFiles(_rig.State).Socket));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_rig.State));
#pragma warning restore CA1416
        Assert.Equal("", Say("grep", "-rl", "--devices=skip", "hunter2", _rig.State));
    }

    [Fact]
    public async Task What_makes_no_sense_among_its_files_is_left_alone()
    {
        _rig.KillSupervisor();
        Directory.CreateDirectory(Path.Combine(_rig.State, "running"));
        foreach (var (name, text) in new[] { ("x.json", "{}"), ("7.1.json", "{"), ("8.1.json.new", "") })
        {
            await File.WriteAllTextAsync(Path.Combine(_rig.State, "running", name), text, TestContext.Current.CancellationToken);
        }

        await _rig.ConnectAsync();
        Assert.Empty(await _rig.Client.ListAsync(TestContext.Current.CancellationToken));
        Assert.Contains("x.json' is left alone", _rig.Read("state/supervisor.log"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage of somebody who thinks this is HTTP\r\n\r\n")]
    [InlineData("\u0002\0\0\0{}")]
    [InlineData("\u0005\0")]
    public async Task One_who_speaks_another_language_disturbs_nobody(string words)
    {
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await stranger.ConnectAsync(new UnixDomainSocketEndPoint(new SupervisorFiles(_rig.State).Socket), TestContext.Current.CancellationToken);
        await stranger.SendAsync(System.Text.Encoding.ASCII.GetBytes(words), TestContext.Current.CancellationToken);
        Assert.Equal(3, (await _rig.RunAsync(_rig.Script("exit 3"))).ExitCode);
    }

    [Fact]
    public async Task Another_user_is_not_answered()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can be two users.");
#pragma warning disable CA1416 // The supervisor is for Linux.
        foreach (var path in new[] { _rig.Folder, _rig.State, new SupervisorFiles(_rig.State).Socket })
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
        }
#pragma warning restore CA1416
        const string Ask = "socket(S, PF_UNIX, SOCK_STREAM, 0) && connect(S, pack_sockaddr_un($ARGV[0])) or die $!; print 0 + sysread(S, $answer, 9)";
        string[] ask = ["/usr/bin/perl", "-MSocket", "-e", Ask, new SupervisorFiles(_rig.State).Socket];
        Assert.Equal("9", Say("env", ask));
        Assert.Equal("0", Say("setpriv", ["--reuid", "65534", "--clear-groups", .. ask]));
    }

    [Fact]
    public async Task A_start_that_cannot_be_supervised_says_so()
    {
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "file"), "", TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() =>
            new SupervisorStarter(SupervisorRig.Program, new SupervisorOptions(Path.Combine(_rig.Folder, "file"))).ConnectAsync(TestContext.Current.CancellationToken));
        Assert.Equal("SupervisorNotStarted", fault.Id);
        Assert.Contains("cannot be used", fault.Message, StringComparison.Ordinal);
        fault = await Assert.ThrowsAsync<GpuOpsException>(() =>
            new SupervisorStarter("/no/such/gpuops-server", new SupervisorOptions(Path.Combine(_rig.Folder, "new"))).ConnectAsync(TestContext.Current.CancellationToken));
        Assert.Equal("SupervisorNotStarted", fault.Id);
    }

    private static string Say(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }
}
