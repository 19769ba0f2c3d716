using System.Management.Automation;
using BenchmarkDotNet.Attributes;
using GpuOps.Bench.Stores;

namespace GpuOps.Bench.Rows;

public class Invoke
{
    private SqliteStore _store = null!;
    private Session _session = null!;
    private PowerShell _bare = null!, _reserved = null!;

    [GlobalSetup]
    public void Open()
    {
        _store = new SqliteStore();
        _session = new Session(_store.Backend);
        _session.Run("Initialize-GpuPool -Count 8 | Out-Null");
        _bare = _session.Prepare("& /bin/true");
        _reserved = _session.Prepare("Invoke-GpuCommand -Count 1 { /bin/true }");
    }

    [Benchmark(Baseline = true)]
    public void Bare() => _bare.Invoke();

    [Benchmark]
    public void Reserved()
    {
        _reserved.Invoke();
        if (_reserved.HadErrors)
            throw new InvalidOperationException(_reserved.Streams.Error[0].ToString());
    }

    [GlobalCleanup]
    public async Task Close()
    {
        _session.Dispose();
        await _store.DisposeAsync();
    }
}
