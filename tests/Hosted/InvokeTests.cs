using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>A command in this session: what it sees, what comes through, and what is left when it ends.</summary>
[Collection(Alone.Name)]
public sealed class InvokeTests : IDisposable
{
    private readonly Store _store = new Store().Configure("command:\n  grace: 300ms\n");
    private readonly Session _session;

    public InvokeTests()
    {
        _session = Session.Open(_store);
        _session.Run("Initialize-GpuPool -Count 4 -Provider Nvidia | Out-Null").Clean();
    }

    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_block_sees_its_gpus_and_the_variables_are_as_before_afterwards()
    {
        using var variables = new Variables(("CUDA_VISIBLE_DEVICES", "before"), ("NVIDIA_VISIBLE_DEVICES", null));
        Assert.Equal(["0,1 0,1 True Command"], _session.Read("""
            Invoke-GpuCommand -Count 2 { "$env:CUDA_VISIBLE_DEVICES $env:NVIDIA_VISIBLE_DEVICES $($env:GPUOPS_RESERVATION_ID -eq (Get-GpuReservation).Id) $((Get-GpuReservation).Kind)" }
            """));
        Assert.Equal(["0,2"], _session.Read("Invoke-GpuCommand -Id 0,2 { sh -c 'echo $CUDA_VISIBLE_DEVICES' }"));
        Assert.Equal("before", Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));
        Assert.Null(Environment.GetEnvironmentVariable("NVIDIA_VISIBLE_DEVICES"));
        Assert.Null(Environment.GetEnvironmentVariable("GPUOPS_RESERVATION_ID"));
        NothingIsHeld();
    }

    [Fact]
    public void Objects_come_through_untouched_and_live()
    {
        Assert.Equal(["True"], _session.Read("$o = [pscustomobject]@{ a = 1 }; [object]::ReferenceEquals($o, (Invoke-GpuCommand { $o }))"));
        Assert.Equal(["System.Int32", "System.Object[]"], _session.Read("Invoke-GpuCommand { 1; , @(2, 3) } | ForEach-Object { $_.GetType().FullName }"));
        var flag = Path.Combine(_store.Folder, "go");
        using var running = _session.Start($"Invoke-GpuCommand {{ 'first'; while (-not [IO.File]::Exists('{flag}')) {{ [Threading.Thread]::Sleep(10) }}; 'last' }}");
        Wait.Until(() => running.Output.Count == 1, "the first object while the command runs");
        File.WriteAllText(flag, "");
        Assert.Equal(["first", "last"], running.Finish().Clean().Texts);
    }

    [Fact]
    public void Errors_and_warnings_of_the_block_stay_what_they_are()
    {
        var outcome = _session.Run("""
            function Report {
                [CmdletBinding()] param()
                $PSCmdlet.WriteWarning('careful')
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([InvalidOperationException]::new('bad item'), 'BadItem', 'InvalidData', 42))
            }
            Invoke-GpuCommand { Report; 'after' }
            """);
        Assert.Equal(["after"], outcome.Texts);
        Assert.Equal(["careful"], outcome.Warnings);
        var error = outcome.Fails("BadItem", ErrorCategory.InvalidData);
        Assert.Equal(42, error.TargetObject);
        Assert.IsType<InvalidOperationException>(error.Exception);
        NothingIsHeld();
    }

    [Fact]
    public void An_error_that_ends_the_block_releases_and_stays_what_it_is()
    {
        Assert.Equal("boom", _session.Run("Invoke-GpuCommand { throw 'boom' }").Ended!.Exception.Message);
        NothingIsHeld();
        Assert.Equal(["caught boom"], _session.Read("try { Invoke-GpuCommand { throw 'boom' } } catch { \"caught $_\" }"));
        NothingIsHeld();
    }

    [Fact]
    public void The_exit_code_is_the_last_programs()
    {
        Assert.Equal(["7"], _session.Read("Invoke-GpuCommand { sh -c 'exit 7' }; $LASTEXITCODE"));
        Assert.Equal(["5"], _session.Read("Invoke-GpuCommand -FilePath sh -ArgumentList '-c', 'exit 5'; $LASTEXITCODE"));
        Assert.Equal(["0"], _session.Read("Invoke-GpuCommand -FilePath true; $LASTEXITCODE"));
        NothingIsHeld();
    }

    [Fact]
    public void A_command_that_does_not_exist_is_a_clear_error_and_holds_nothing()
    {
        var before = _store.Content();
        var error = _session.Run("Invoke-GpuCommand -FilePath nosuchprogram").Fails("CommandNotFound", ErrorCategory.ObjectNotFound);
        Assert.Contains("'nosuchprogram'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, _store.Content());
        Assert.Equal(["CommandNotFoundException"], _session.Run("Invoke-GpuCommand { nosuchcommand }").ErrorIds);
        NothingIsHeld();
    }

    [Fact]
    public void Arguments_reach_a_program_byte_for_byte()
    {
        string[] arguments = ["plain", "", "two words", "it's", "\"quoted\"", "$HOME `x` \\", "line\nbreak\ttab", "grüße 漢字 😀", "-flag", "--a=b", "*", "~", "~/x", "[a-z]*", "%PATH%", "a;b|c&d", "'", " "];
        var outcome = _session.Run("""
            param($list)
            Invoke-GpuCommand -FilePath sh -ArgumentList (@('-c', 'for a; do printf %s "$a" | base64 -w 0; echo; done', 'sh') + $list)
            """, [arguments]).Clean();
        Assert.Equal(arguments, outcome.Texts.Select(it => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(it))));
    }

    [Fact]
    public void Arguments_reach_a_block_as_objects()
    {
        Assert.Equal(["Int32 x y", "2"], _session.Read("Invoke-GpuCommand { param($a, $b, $c) \"$($a.GetType().Name) $b $c\"; $b.Count + 1 } -ArgumentList 1, 'x', 'y'"));
        Assert.Equal(["3"], _session.Read("Invoke-GpuCommand { param($a) $a.Count } -ArgumentList @(, @(1, 2, 3))"));
    }

    [Fact]
    public void Stop_ends_a_block_at_once_and_releases()
    {
        using var running = _session.Start("Invoke-GpuCommand { 'started'; while ($true) { [Threading.Thread]::Sleep(5) } }");
        Wait.Until(() => running.Output.Count == 1, "the block runs");
        Assert.InRange(running.Stop(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Wait.Until(IsFree, "the GPUs are free");
        Assert.Null(Environment.GetEnvironmentVariable("GPUOPS_RESERVATION_ID"));
    }

    [Theory]
    [InlineData("Invoke-GpuCommand -FilePath sh -ArgumentList '-c', 'echo $$; exec sleep 1000'")]
    [InlineData("Invoke-GpuCommand { sh -c 'echo $$; exec sleep 1000' }")]
    public void Stop_ends_the_program_that_runs(string script)
    {
        using var running = _session.Start(script);
        Wait.Until(() => running.Output.Count == 1, "the program runs");
        running.Stop();
        Wait.Until(() => !IsAlive(running.Output[0].ToString()), "the program has ended");
        Wait.Until(IsFree, "the GPUs are free");
    }

    [Fact]
    public void A_later_command_that_has_enough_releases()
    {
        Assert.Equal(["1"], _session.Read("Invoke-GpuCommand { 1; 2; 3 } | Select-First"));
        Wait.Until(IsFree, "the GPUs are free");
    }

    [Fact]
    public void A_duration_ends_the_whole_tree_also_what_ignores_or_leaves()
    {
        var outcome = _session.Run("""
            Invoke-GpuCommand -Duration 600ms -FilePath sh -ArgumentList '-c', 'trap "" INT; setsid sleep 1000 & echo $!; (trap "" INT; sleep 1000) & echo $!; echo $$; sleep 1000'
            """);
        Assert.Contains("CommandTimeLimit", outcome.ErrorIds);
        Assert.Equal(3, outcome.Output.Count);
        Assert.All(outcome.Texts, id => Assert.False(IsAlive(id), $"process {id}"));
        NothingIsHeld();
    }

    [Fact]
    public void A_nested_command_gets_its_own_gpus_and_puts_them_back() =>
        Assert.Equal(["0", "1", "0"], _session.Read("Invoke-GpuCommand { $env:CUDA_VISIBLE_DEVICES; Invoke-GpuCommand { $env:CUDA_VISIBLE_DEVICES }; $env:CUDA_VISIBLE_DEVICES }"));

    [Fact]
    public void A_second_runspace_gets_a_clear_error_or_its_own_environment()
    {
        using var other = Session.Open(_store);
        var flag = Path.Combine(_store.Folder, "go");
        using var running = _session.Start($"Invoke-GpuCommand {{ $env:CUDA_VISIBLE_DEVICES; while (-not [IO.File]::Exists('{flag}')) {{ [Threading.Thread]::Sleep(10) }}; $env:CUDA_VISIBLE_DEVICES }}");
        Wait.Until(() => running.Output.Count == 1, "the first command runs");
        var error = other.Run("Invoke-GpuCommand { $env:CUDA_VISIBLE_DEVICES }").Fails("EnvironmentInUse", ErrorCategory.ResourceBusy);
        Assert.Contains("-FilePath", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], other.Read("Invoke-GpuCommand -FilePath sh -ArgumentList '-c', 'echo $CUDA_VISIBLE_DEVICES'"));
        File.WriteAllText(flag, "");
        Assert.Equal(["0", "0"], running.Finish().Clean().Texts);
        Assert.Equal(["0"], other.Read("Invoke-GpuCommand { $env:CUDA_VISIBLE_DEVICES }").Select(it => it == "1" ? "0" : it));
    }

    [Fact]
    public void No_wait_fails_at_once_and_runs_nothing()
    {
        _session.Run("Request-GpuReservation -Count 4 -Duration 1h").Clean();
        var outcome = _session.Run("Invoke-GpuCommand -NoWait { 'ran' }");
        outcome.Fails("GpuBusy", ErrorCategory.ResourceBusy);
        Assert.Empty(outcome.Output);
    }

    private static bool IsAlive(string processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool IsFree() => _session.Read("Get-GpuReservation").Count == 0;

    private void NothingIsHeld() => Assert.Empty(_session.Read("Get-GpuReservation; Get-GpuQueue"));
}
