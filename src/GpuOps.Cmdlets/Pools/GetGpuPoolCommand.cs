using System.Management.Automation;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Shows a pool: one line a host.</summary>
[Cmdlet(VerbsCommon.Get, "GpuPool")]
[OutputType(typeof(GpuPoolInfo))]
public sealed class GetGpuPoolCommand : PoolCmdlet
{
    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        var snapshot = Run(token => pool.ReadAsync(null, token));
        var status = Run(token => pool.ReadStatusAsync(snapshot, token));
        if (status.Count == 0)
        {
            WriteFault(UninitializedPool.Error(pool.Pool.Description, null));
        }

        foreach (var info in PoolInfo.Summarize(status, snapshot.Queue, pool))
        {
            WriteObject(info);
        }
    }
}
