using GpuOps.Errors;

namespace GpuOps.ServerTests;

/// <summary>What a started program gets, what it leaves, and how it is known to have ended.</summary>
public sealed class SupervisedStartTests : IAsyncLifetime
{
    private SupervisorRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await SupervisorRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("exit 0", 0, null)]
    [InlineData("exit 3", 3, null)]
    [InlineData("exit 255", 255, null)]
    [InlineData("exit 137", 137, null)]
    [InlineData("kill -9 $$", null, 9)]
    [InlineData("kill -15 $$", null, 15)]
    [InlineData("kill -11 $$", null, 11)]
    public async Task Exit_codes_and_signals_are_told_apart(string script, int? exitCode, int? signal)
    {
        var run = await _rig.RunAsync(_rig.Script(script));
        Assert.Equal((exitCode, signal, null, false, false), (run.ExitCode, run.Signal, run.Fault, run.IsStopped, run.IsTimedOut));
        Assert.True(run.Started <= run.Ended);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] words = ["$(touch /tmp/never)", "it's \"quoted\"", "two\nlines\n", "{\"a\":1}", "", "-n", "*", "~", "a\\b", "größe 日本 \U0001F600", " ", "`id`", ";", "\t\u0001\u007f"];
        var order = _rig.Order("1.1", ["sh", "-c", "for word; do printf '%s\\0' \"$word\"; done", "sh", .. words]);
        await _rig.RunAsync(order);
        Assert.Equal(words, SupervisorRig.Output(order).Split('\0')[..^1]);
    }

    [Fact]
    public async Task What_no_program_can_be_given_is_refused()
    {
        foreach (var argument in new[] { "half a pair \ud800", "a zero \0 inside" })
        {
            var fault = await Assert.ThrowsAsync<GpuOpsException>(() => _rig.StartAsync(_rig.Order("1.1", "echo", argument)));
            Assert.Equal("InvalidRunOrder", fault.Id);
        }
    }

    [Fact]
    public async Task Variables_are_those_of_the_order_and_the_mark()
    {
        var order = _rig.Order("1.1", "env", "-0") with { Variables = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["MULTI"] = "a\nb=c", ["EMPTY"] = "" } };
        await _rig.RunAsync(order);
        var variables = SupervisorRig.Output(order).Split('\0')[..^1].Order(StringComparer.Ordinal).ToArray();
        var mark = Assert.Single(variables, static it => it.StartsWith("GPUOPS_RUN_ID=", StringComparison.Ordinal));
        Assert.EndsWith("/1.1", mark, StringComparison.Ordinal);
        Assert.Equal(["EMPTY=", mark, "MULTI=a\nb=c", "PATH=/usr/bin:/bin"], variables);
    }

    [Fact]
    public async Task It_has_a_session_of_its_own_default_signals_and_three_descriptors()
    {
        var order = _rig.Script("""
            ls /proc/self/fd | tr '\n' ' '; readlink /proc/$$/fd/0; grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2 | tr '\n' ' '
            set -- $(sed 's/.*) //' /proc/$$/stat); [ $3 = $$ ] && [ $4 = $$ ] && pwd && cat
            """);
        var run = await _rig.RunAsync(order);
        // The fourth is ls's own, which reads the folder; glibc keeps the signals 32 and 33 for itself.
        var seen = SupervisorRig.Output(order).Replace("0000000180000000", "0000000000000000", StringComparison.Ordinal);
        Assert.Equal($"0 1 2 3 /dev/null\n0000000000000000 0000000000000000 {_rig.Folder}\n", seen);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Output_is_there_when_a_program_that_ends_at_once_is_told_to_have_ended()
    {
        for (var number = 1; number <= 20; number++)
        {
            var order = _rig.Script("printf 'a\\377\\000b'", $"{number}.1");
            await _rig.RunAsync(order);
            Assert.Equal("61FF0062", Convert.ToHexString(await File.ReadAllBytesAsync(order.OutputPath, TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public async Task Ten_thousand_lines_stay_apart_or_in_the_order_they_were_written()
    {
        const string Script = "i=0; while [ $i -lt 5000 ]; do echo $i; echo e$i >&2; i=$((i+1)); done";
        var apart = _rig.Script(Script);
        var merged = _rig.Script(Script, "2.1");
        merged = merged with { ErrorPath = merged.OutputPath };
        await Task.WhenAll(_rig.RunAsync(apart), _rig.RunAsync(merged));
        var numbers = Enumerable.Range(0, 5000).ToArray();
        Assert.Equal(string.Concat(numbers.Select(static at => $"{at}\n")), SupervisorRig.Output(apart));
        Assert.Equal(string.Concat(numbers.Select(static at => $"e{at}\n")), await File.ReadAllTextAsync(apart.ErrorPath, TestContext.Current.CancellationToken));
        Assert.Equal(string.Concat(numbers.Select(static at => $"{at}\ne{at}\n")), SupervisorRig.Output(merged));
    }

    [Fact]
    public async Task A_second_start_adds_to_the_output_of_the_first()
    {
        await _rig.RunAsync(_rig.Script("echo first"));
        var again = _rig.Script("echo second", "1.2");
        await _rig.RunAsync(again);
        Assert.Equal("first\nsecond\n", SupervisorRig.Output(again));
    }

    [Theory]
    [InlineData("no-such-program", "no program 'no-such-program' in its PATH")]
    [InlineData("./no-such-program", "no program './no-such-program' in '")]
    [InlineData("/", "is a folder")]
    [InlineData("./plain.txt", "may not be executed")]
    [InlineData("./headless", "#!/bin/sh")]
    public async Task What_cannot_be_started_says_why(string program, string why)
    {
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "plain.txt"), "echo", TestContext.Current.CancellationToken);
        WriteScript("headless", "echo");
        var run = await _rig.StartAsync(_rig.Order("1.1", program));
        Assert.Contains(why, run.Fault, StringComparison.Ordinal);
        run = await _rig.EndAsync();
        Assert.Equal((null, null, null), (run.ProcessId, run.ExitCode, run.Signal));
        Assert.True(File.Exists(Path.Combine(_rig.State, "jobs/1/1/exit.json")));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_says_so()
    {
        var run = await _rig.RunAsync(_rig.Script("exit 0") with { WorkFolder = "/nowhere/at/all" });
        Assert.Equal("There is no folder '/nowhere/at/all' to run it in.", run.Fault);
    }

    [Fact]
    public async Task Arguments_that_are_too_long_say_so()
    {
        var run = await _rig.RunAsync(_rig.Order("1.1", "echo", new string('x', 3 << 20)));
        Assert.Contains("longer than the system allows", run.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_are_found_in_their_own_path_and_from_their_own_folder()
    {
        Directory.CreateDirectory(Path.Combine(_rig.Folder, "tools"));
        WriteScript("tools/mine", "#!/bin/sh\necho mine \"$0\"");
        var named = _rig.Order("1.1", "mine") with { Variables = new Dictionary<string, string> { ["PATH"] = "/nowhere:tools" } };
        var relative = _rig.Order("2.1", "tools/mine");
        await Task.WhenAll(_rig.RunAsync(named), _rig.RunAsync(relative));
        Assert.Equal($"mine {_rig.Folder}/tools/mine\n", SupervisorRig.Output(named));
        Assert.Equal($"mine {_rig.Folder}/tools/mine\n", SupervisorRig.Output(relative));
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("1")]
    [InlineData("1.1.1")]
    [InlineData("01.1")]
    public async Task An_id_that_is_none_makes_no_folder(string id)
    {
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => _rig.StartAsync(_rig.Script("exit") with { Id = id }));
        Assert.Equal("InvalidRunOrder", fault.Id);
    }

    private void WriteScript(string name, string text)
    {
        var path = Path.Combine(_rig.Folder, name);
        File.WriteAllText(path, text);
#pragma warning disable CA1416 // The supervisor is for Linux.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416
    }
}
