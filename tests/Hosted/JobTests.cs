using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>A command in the background is a job like any other.</summary>
[Collection(Alone.Name)]
public sealed class JobTests : IDisposable
{
    private readonly Store _store = new Store().Configure("command:\n  grace: 300ms\n");
    private readonly Session _session;

    public JobTests()
    {
        _session = Session.Open(_store);
        _session.Run("Initialize-GpuPool -Count 2 -Provider Nvidia | Out-Null").Clean();
    }

    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_program_runs_as_a_job_with_an_environment_of_its_own()
    {
        Assert.Equal(["0", "1"], _session.Read("""
            $jobs = 1..2 | ForEach-Object { Invoke-GpuCommand -AsJob -FilePath sh -ArgumentList '-c', 'echo $CUDA_VISIBLE_DEVICES; sleep 1000' }
            $jobs | ForEach-Object { while (-not $_.HasMoreData) { [Threading.Thread]::Sleep(5) }; Receive-Job $_ }
            """).Order());
        _session.Run("$jobs | Stop-Job").Clean();
    }

    [Fact]
    public void A_job_ends_with_all_its_output_and_releases()
    {
        Assert.Equal(["True", "Completed", "a b", "0", "False"], _session.Read("""
            $job = Invoke-GpuCommand -AsJob -Name train -FilePath sh -ArgumentList '-c', 'echo a; echo b'
            (Get-Job train).Id -eq $job.Id
            (Wait-Job $job -Timeout 60).State
            (Receive-Job $job) -join ' '
            $job.ExitCode
            $job.HasMoreData
            """));
        Assert.Empty(_session.Read("Get-GpuReservation"));
        _session.Run("Remove-Job train").Clean();
        Assert.Empty(_session.Read("Get-Job"));
    }

    [Fact]
    public void A_block_runs_as_a_job_with_arguments_and_objects()
    {
        Assert.Equal(["Completed", "Hashtable 3 0 x"], _session.Read("""
            $u = @{ deep = 'w', 'x' }
            $job = Invoke-GpuCommand -AsJob { param($a) @{ sum = $a + 1; gpu = $env:CUDA_VISIBLE_DEVICES; u = $using:u.deep[1] } } -ArgumentList 2
            (Wait-Job $job -Timeout 60).State
            $r = Receive-Job $job
            "$($r.GetType().Name) $($r.sum) $($r.gpu) $($r.u)"
            """));
    }

    [Fact]
    public void A_program_that_fails_makes_a_failed_job() => Assert.Equal(["Failed", "3"], _session.Read("""
        $job = Invoke-GpuCommand -AsJob -FilePath sh -ArgumentList '-c', 'exit 3'
        (Wait-Job $job -Timeout 60).State
        $job.ExitCode
        """));

    [Fact]
    public void Stop_job_ends_the_program_and_releases()
    {
        var id = _session.Read("""
            $job = Invoke-GpuCommand -AsJob -FilePath sh -ArgumentList '-c', 'trap "" INT; echo $$; while :; do sleep 1; done'
            while (-not $job.HasMoreData) { [Threading.Thread]::Sleep(5) }
            Receive-Job $job
            """).Single();
        Assert.Equal(["Stopped"], _session.Read("Stop-Job $job; $job.State"));
        Assert.False(Directory.Exists($"/proc/{id}") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z", StringComparison.Ordinal));
        Assert.Empty(_session.Read("Get-GpuReservation"));
    }

    [Fact]
    public void A_job_that_waits_in_line_can_be_stopped_and_leaves_it()
    {
        _session.Run("Request-GpuReservation -Count 2 -Duration 1h; $job = Invoke-GpuCommand -AsJob -FilePath true").Clean();
        Wait.Until(() => _session.Read("Get-GpuQueue").Count == 1, "the job stands in line");
        Assert.Equal(["waiting in line", "Stopped"], _session.Read("$job.StatusMessage; Stop-Job $job; $job.State"));
        Assert.Empty(_session.Read("Get-GpuQueue"));
    }

    [Fact]
    public void A_duration_ends_a_job_with_an_error()
    {
        var outcome = _session.Run("""
            $job = Invoke-GpuCommand -AsJob -Duration 300ms -FilePath sleep -ArgumentList 1000
            (Wait-Job $job -Timeout 60).State
            Receive-Job $job
            """);
        Assert.Equal(["Failed"], outcome.Texts);
        outcome.Fails("CommandTimeLimit", ErrorCategory.OperationTimeout);
        Assert.Empty(_session.Read("Get-GpuReservation"));
    }

    [Fact]
    public void A_closing_runspace_ends_its_jobs_and_releases()
    {
        var id = _session.Read("""
            $job = Invoke-GpuCommand -AsJob -FilePath sh -ArgumentList '-c', 'echo $$; exec sleep 1000'
            while (-not $job.HasMoreData) { [Threading.Thread]::Sleep(5) }
            Receive-Job $job
            """).Single();
        _session.Dispose();
        using var other = Session.Open(_store);
        Wait.Until(() => other.Read("Get-GpuReservation").Count == 0, "the GPU is free");
        Assert.False(File.Exists($"/proc/{id}/cmdline") && File.ReadAllText($"/proc/{id}/cmdline").Length > 0, "a program still runs on a GPU that was given back");
    }
}
