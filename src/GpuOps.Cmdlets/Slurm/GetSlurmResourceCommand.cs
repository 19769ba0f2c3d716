using System.Management.Automation;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Shows the GPUs and nodes of a Slurm cluster: what there is, what is in use, what is free.</summary>
[Cmdlet(VerbsCommon.Get, "SlurmResource", DefaultParameterSetName = "Partition")]
[OutputType(typeof(SlurmResource), typeof(SlurmNodeResource))]
public sealed class GetSlurmResourceCommand : SlurmResourceCmdlet
{
    /// <summary>Shows each node, once, in place of the partitions.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Node")]
    public SwitchParameter ByNode { get; set; }

    /// <summary>Shows all partitions together, in which a node in several counts once.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Total")]
    public SwitchParameter Total { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenSlurm();
        var partitions = Names(Partition);
        var filter = Filter(partitions);
        var resources = Run(token => scheduler.ReadResourcesAsync(filter, token));
        foreach (var fault in Missing(resources.Partitions, scheduler, partitions))
        {
            WriteFault(fault);
        }

        if (ByNode)
        {
            WriteObject(resources.Nodes, enumerateCollection: true);
        }
        else if (!Total)
        {
            WriteObject(resources.Partitions.Where(part => GpuType is null || part.NodesTotal > 0), enumerateCollection: true);
        }
        else if (resources.Partitions.Count > 0)
        {
            WriteObject(resources.Total);
        }
    }
}
