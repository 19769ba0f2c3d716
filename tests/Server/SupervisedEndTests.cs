using System.Diagnostics;

namespace GpuOps.ServerTests;

/// <summary>Ending what runs: nothing of it is left when it is told to have ended.</summary>
public sealed class SupervisedEndTests : IAsyncLifetime
{
    /// <summary>Tells that all numbers are in the file.</summary>
    private const string Told = "echo all >> $F/pids; ";

    private SupervisorRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await SupervisorRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("a child in a session of its own", "setsid sh -c 'echo $$ >> $F/pids; exec sleep 1000' & ")]
    [InlineData("an orphan", "(sh -c 'echo $$ >> $F/pids; exec sleep 1000' &); ")]
    [InlineData("an orphan in a session of its own", "setsid sh -c 'sh -c \"echo \\$\\$ >> $F/pids; exec sleep 1000\" &' ; ")]
    [InlineData("one that ignores SIGTERM", "sh -c 'trap \"\" TERM; echo $$ >> $F/pids; sleep 1000; sleep 1000' & ")]
    [InlineData("one that ignores SIGINT", "sh -c 'trap \"\" INT; echo $$ >> $F/pids; sleep 1000; sleep 1000' & ")]
    [InlineData("one that ignores both, far away", "setsid sh -c 'trap \"\" INT TERM HUP; echo $$ >> $F/pids; while :; do sleep 1000; done' & ")]
    [InlineData("one without variables", "env -i F=$F setsid sh -c 'echo $$ >> $F/pids; exec /bin/sleep 1000' & ")]
    public async Task Stop_ends_everything(string what, string script)
    {
        await _rig.StartAsync(_rig.Script($"{script} while ! [ -s $F/pids ]; do sleep 0.01; done; echo $$ >> $F/pids; {Told} exec sleep 1000"));
        var processes = await _rig.NumbersAsync("pids");
        Assert.All(processes, process => Assert.True(SupervisorRig.IsAlive(process), what));
        await _rig.StopAsync();
        var run = await _rig.EndAsync();
        Assert.All(processes, process => Assert.False(SupervisorRig.IsAlive(process), what));
        Assert.Equal((true, false, null, 2), (run.IsStopped, run.IsTimedOut, run.ExitCode, run.Signal));
        Assert.Empty(run.Leftovers);
    }

    [Fact]
    public async Task Stop_lets_a_program_save_its_work_and_say_how_it_ended()
    {
        await _rig.StartAsync(_rig.Script($"trap 'echo saved; exit 7' INT; echo $$ > $F/pids; {Told} while :; do sleep 0.01; done"));
        await _rig.NumbersAsync("pids");
        await _rig.StopAsync();
        var run = await _rig.EndAsync();
        Assert.Equal((true, 7, null), (run.IsStopped, run.ExitCode, run.Signal));
        Assert.Equal("saved\n", SupervisorRig.Output(_rig.Script("")));
    }

    [Fact]
    public async Task Stop_needs_no_grace_for_what_a_shell_has_put_into_the_background()
    {
        await _rig.StartAsync(_rig.Script($"sleep 1000 & echo $! > $F/pids; {Told} wait") with { Grace = TimeSpan.FromHours(1) });
        await _rig.NumbersAsync("pids");
        await _rig.StopAsync();
        Assert.Equal(2, (await _rig.EndAsync()).Signal);
    }

    [Fact]
    public async Task A_program_that_has_all_signals_ignored_is_killed_after_its_grace()
    {
        var grace = TimeSpan.FromMilliseconds(300);
        await _rig.StartAsync(_rig.Script($"trap '' INT TERM; echo $$ > $F/pids; {Told} while :; do sleep 1000; done") with { Grace = grace });
        await _rig.NumbersAsync("pids");
        var clock = Stopwatch.StartNew();
        await _rig.StopAsync();
        var run = await _rig.EndAsync();
        Assert.Equal(9, run.Signal);
        Assert.True(clock.Elapsed >= grace, $"After {clock.Elapsed}.");
    }

    [Fact]
    public async Task A_time_limit_ends_everything()
    {
        await _rig.StartAsync(_rig.Script($"setsid sleep 1000 & echo $! > $F/pids; {Told} exec sleep 1000") with { TimeLimit = TimeSpan.FromSeconds(1) });
        var processes = await _rig.NumbersAsync("pids");
        var run = await _rig.EndAsync();
        Assert.Equal((false, true, 2), (run.IsStopped, run.IsTimedOut, run.Signal));
        Assert.True(run.Ended - run.Started >= TimeSpan.FromSeconds(1));
        Assert.All(processes, static process => Assert.False(SupervisorRig.IsAlive(process)));
    }

    [Fact]
    public async Task What_a_program_leaves_is_ended_before_it_is_told_to_have_ended()
    {
        await _rig.StartAsync(_rig.Script($"setsid sh -c 'trap \"\" INT TERM; echo $$ > $F/pids; {Told} while :; do sleep 1000; done' & while ! [ -s $F/pids ]; do sleep 0.01; done; exit 5") with { Grace = TimeSpan.FromMilliseconds(200) });
        var processes = await _rig.NumbersAsync("pids");
        var run = await _rig.EndAsync();
        Assert.All(processes, static process => Assert.False(SupervisorRig.IsAlive(process)));
        Assert.Equal((5, null, false), (run.ExitCode, run.Signal, run.IsStopped));
    }

    [Fact]
    public async Task A_chain_of_processes_that_start_the_next_and_end_is_caught()
    {
        var order = _rig.Script("trap '' INT TERM; next() { next & exit 6; }; next") with { Grace = TimeSpan.FromMilliseconds(100) };
        Assert.Equal(6, (await _rig.RunAsync(order)).ExitCode);
        Assert.Empty(_rig.Alive());
    }

    [Fact]
    public async Task A_signal_reaches_the_programs_group()
    {
        await _rig.StartAsync(_rig.Script($"trap 'exit 9' USR1; echo $$ > $F/pids; {Told} while :; do sleep 0.01; done"));
        await _rig.NumbersAsync("pids");
        await _rig.Client.SignalAsync("1.1", 10, TestContext.Current.CancellationToken);
        var run = await _rig.EndAsync();
        Assert.Equal((9, false), (run.ExitCode, run.IsStopped));
    }

    [Fact]
    public async Task Fifty_at_once_run_at_the_same_time_and_none_waits_for_another()
    {
        // One that takes its time to end, and one whose output is a pipe that nobody reads.
        await _rig.StartAsync(_rig.Script($"trap '' INT TERM; echo $$ > $F/pids; {Told} while :; do sleep 1000; done", "98.1") with { Grace = TimeSpan.FromHours(1) });
        await _rig.NumbersAsync("pids");
        await _rig.StopAsync("98.1");
        Process.Start("mkfifo", [Path.Combine(_rig.Folder, "pipe"), Path.Combine(_rig.Folder, "go")]).WaitForExit();
        var stuck = _rig.Client.StartAsync(_rig.Script("exit 0", "99.1") with { OutputPath = Path.Combine(_rig.Folder, "pipe") }, TestContext.Current.CancellationToken);
        var numbers = Enumerable.Range(1, 50).ToArray();
        await Task.WhenAll(numbers.Select(number => _rig.StartAsync(_rig.Script($"echo {number} >> $F/here; read word < $F/go; exit {number}", $"{number}.1"))));
        await Wait.UntilAsync(() => File.Exists(Path.Combine(_rig.Folder, "here")) ? _rig.Read("here").Split('\n').Length - 1 : 0, static count => count == 50, "all run");
        await using (var go = new FileStream(Path.Combine(_rig.Folder, "go"), FileMode.Open, FileAccess.Write))
        {
            await go.WriteAsync(System.Text.Encoding.ASCII.GetBytes(string.Concat(numbers.Select(static _ => "x\n"))), TestContext.Current.CancellationToken);
            var ends = await Task.WhenAll(numbers.Select(number => _rig.EndAsync($"{number}.1")));
            Assert.Equal(numbers, ends.Select(static run => run.ExitCode!.Value));
        }

        Assert.False(stuck.IsCompleted);
        Assert.Null((await _rig.Client.ListAsync(TestContext.Current.CancellationToken)).Single(static run => run.Id == "98.1").Ended);
        using var reader = File.OpenRead(Path.Combine(_rig.Folder, "pipe"));
        Assert.Null((await stuck).Fault);
    }
}
