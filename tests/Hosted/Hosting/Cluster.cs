using GpuOps.Rigs;

namespace GpuOps.Hosted.Hosting;

/// <summary>A Slurm cluster of the tests' own; the commands of this process find it by <c>SLURM_CONF</c>.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private const string Variable = "SLURM_CONF";

    private SlurmRig? _rig;

    internal SlurmRig Rig
    {
        get
        {
            Hosting.Rig.NeedSlurm();
            return _rig!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (SlurmRig.Missing is null)
        {
            _rig = await SlurmRig.StartAsync();
            Environment.SetEnvironmentVariable(Variable, _rig.Configuration);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        if (_rig is not null)
        {
            await _rig.DisposeAsync();
        }
    }
}
