using System.Diagnostics;
using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>GPUs that somebody uses without a reservation, and drivers that do not answer; the driver is played.</summary>
[Collection(Alone.Name)]
public sealed class FakeProbeTests : IDisposable
{
    private readonly Store _store = new();
    private readonly string _file;
    private readonly Variables _variables;
    private readonly Session _session;

    public FakeProbeTests()
    {
        _store.Configure("probe:\n  timeLimit: 500ms\n");
        _file = Path.Combine(_store.Folder, "gpus.json");
        Play("""{ "gpus": [{ "model": "H100" }, { "model": "H100" }] }""");
        _variables = new Variables(("GPUOPS_PROBE_FAKE", _file));
        _session = Session.Open(_store);
        _session.Run("Initialize-GpuPool | Out-Null").Clean();
    }

    public void Dispose()
    {
        _session.Dispose();
        _variables.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void The_pool_is_what_the_driver_shows()
    {
        Assert.Equal(["0 H100 Fake Available", "1 H100 Fake Available"], _session.Read("Get-GpuStatus | ForEach-Object { \"$($_.Id) $($_.Model) $($_.Provider) $($_.State)\" }"));
        Assert.Equal("17179869184", _session.Read("(Get-GpuStatus 0).MemoryTotal").Single());
        _session.Run("Initialize-GpuPool -Count 3").Fails("TooManyGpus", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void A_gpu_in_use_is_shown_with_its_user_not_handed_out_and_free_again_when_they_stop()
    {
        Play("""{ "gpus": [{ "processes": [{ "pid": 4711, "user": "ada", "name": "python", "memoryUsed": 2000000000 }] }, {}] }""");
        Assert.Equal(["Unreserved ada", "Available "], _session.Read("Get-GpuStatus | ForEach-Object { \"$($_.State) $($_.User)\" }"));
        Assert.Equal("4711 ada python", _session.Read("(Get-GpuStatus 0).Processes | ForEach-Object { \"$($_.ProcessId) $($_.User) $($_.Name)\" }").Single());
        _session.Run("Request-GpuReservation -Count 2 -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy);
        Assert.Contains("GPU 0 is in use without a reservation", _session.Read("try { Request-GpuReservation -Count 2 -NoWait } catch { \"$_\" }").Single(), StringComparison.Ordinal);
        _session.Run("Request-GpuReservation -Id 0 -NoWait -Force").Fails("GpuBusy", ErrorCategory.ResourceBusy);
        Assert.Equal("1", _session.Read("(Request-GpuReservation -NoWait).GpuId").Single());
        using var waiting = _session.Start("(Request-GpuReservation).GpuId");
        using var other = Session.Open(_store);
        Wait.Until(() => other.Read("Get-GpuQueue").Count == 1, "the request stands in line");
        Play("""{ "gpus": [{}, {}] }""");
        Assert.Equal("0", waiting.Finish().Clean().Text);
    }

    [Fact]
    public void Force_takes_what_ones_own_process_uses()
    {
        Play($$"""{ "gpus": [{ "processes": [{ "pid": 4711, "user": "{{Environment.UserName}}", "name": "python" }] }, {}] }""");
        _session.Run("Request-GpuReservation -Id 0 -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy);
        Assert.Equal("0", _session.Read("(Request-GpuReservation -Id 0 -NoWait -Force).GpuId").Single());
    }

    [Fact]
    public void Memory_alone_counts_from_the_threshold_on()
    {
        Play("""{ "gpus": [{ "memoryUsed": 900000000 }, { "memoryUsed": 1200000000 }] }""");
        Assert.Equal(["Available", "Unreserved"], _session.Read("(Get-GpuStatus).State"));
        _session.Run("Request-GpuReservation -Count 2 -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy);
    }

    [Fact]
    public void What_runs_on_a_reserved_gpu_is_its_holders_business()
    {
        _session.Run("Request-GpuReservation -Id 0").Clean();
        Play("""{ "gpus": [{ "processes": [{ "pid": 4711, "user": "ada", "name": "python" }] }, {}] }""");
        Assert.Equal(["Reserved", "Available"], _session.Read("(Get-GpuStatus).State"));
    }

    [Fact]
    public void A_gpu_with_a_fault_is_unknown_says_why_and_is_not_handed_out()
    {
        Play("""{ "gpus": [{ "fault": "GPU is lost" }, {}] }""");
        Assert.Equal(["Unknown GPU is lost", "Available "], _session.Read("Get-GpuStatus | ForEach-Object { \"$($_.State) $($_.Note)\" }"));
        _session.Run("Request-GpuReservation -Count 2 -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy);
        Play("""{ "gpus": [{}] }""");
        Assert.Equal(["Available", "Unknown"], _session.Read("(Get-GpuStatus).State"));
    }

    [Theory]
    [InlineData("""{ "hang": true, "gpus": [{}, {}] }""")]
    [InlineData("""{ "delayMs": 60000, "gpus": [{}, {}] }""")]
    public void A_driver_that_hangs_never_hangs_a_cmdlet(string played)
    {
        Play(played);
        var clock = Stopwatch.StartNew();
        Assert.Equal(["Unknown", "Unknown"], _session.Read("(Get-GpuStatus).State"));
        Assert.Contains("0.5 s", _session.Read("(Get-GpuStatus 0).Note").Single(), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        using var waiting = _session.Start("Request-GpuReservation");
        using var other = Session.Open(_store);
        Wait.Until(() => waiting.HasEnded || other.Read("Get-GpuQueue").Count == 1, "it stands in line, or fails");
        Assert.InRange(waiting.Stop(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(["Unknown", "Unknown"], other.Read("(Get-GpuStatus).State"));
    }

    [Fact]
    public void A_file_that_describes_nothing_is_an_error_of_initialise()
    {
        Play("{ nonsense");
        _session.Run("Initialize-GpuPool").Fails("FakeGpuFile", ErrorCategory.InvalidData);
        Assert.Equal(["Unknown", "Unknown"], _session.Read("(Get-GpuStatus).State"));
    }

    /// <summary>In one step, as nobody may read half of it.</summary>
    private void Play(string gpus)
    {
        File.WriteAllText(_file + ".new", gpus);
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
