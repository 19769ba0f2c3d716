using GpuOps.Rigs;
using GpuOps.SlurmTests;

[assembly: AssemblyFixture(typeof(SlurmCluster))]
// Some tests take the cluster's daemons away from all others.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace GpuOps.SlurmTests;

/// <summary>The one cluster of all tests.</summary>
public sealed class SlurmCluster : IAsyncLifetime
{
    private SlurmRig? _rig;

    /// <summary>The cluster; the test is skipped, or fails, where it cannot be.</summary>
    public SlurmRig Rig
    {
        get
        {
            Need();
            return _rig!;
        }
    }

    /// <summary>Skips the test, or lets it fail, where there can be no cluster.</summary>
    public static void Need()
    {
        if (SlurmRig.Missing is not { } missing)
            return;
        Assert.False(RigFiles.AreRequired, missing);
        Assert.Skip(missing);
    }

    public async ValueTask InitializeAsync()
    {
        if (SlurmRig.Missing is null)
            _rig = await SlurmRig.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_rig is not null)
            await _rig.DisposeAsync();
    }
}
