using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Shows every GPU of a pool: who holds it, and what the driver says of it.</summary>
[Cmdlet(VerbsCommon.Get, "GpuStatus")]
[OutputType(typeof(GpuStatus))]
public sealed class GetGpuStatusCommand : PoolCmdlet
{
    /// <summary>Only these GPUs.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    public int[]? Id { get; set; }

    /// <summary>Only these hosts; left out, all hosts of the pool.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string[]? ComputerName { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        string[]? hosts = ComputerName is null ? null : [.. ComputerName.Select(pool.HostOf).Distinct()];
        var status = Run(token => pool.ReadStatusAsync(hosts is [var only] ? only : null, token));
        if (status.Count == 0 && hosts is null)
        {
            WriteFault(UninitializedPool.Error(pool.Pool.Description, null));
        }

        foreach (var host in hosts ?? [])
        {
            if (!status.Any(gpu => gpu.ComputerName == host))
            {
                WriteFault(UninitializedPool.Error(pool.Pool.Description, host), host);
            }
        }

        foreach (var id in Id ?? [])
        {
            if (status.Count > 0 && !status.Any(gpu => gpu.Id == id && (hosts is null || hosts.Contains(gpu.ComputerName))))
            {
                WriteFault(new GpuOpsException("GpuNotFound", GpuOpsErrorKind.NotFound, $"The pool '{pool.Backend}' has no GPU {id}.", id), id);
            }
        }

        WriteObject(
            status.Where(gpu => (hosts is null || hosts.Contains(gpu.ComputerName)) && (Id is null || Id.Contains(gpu.Id))),
            enumerateCollection: true);
    }
}
