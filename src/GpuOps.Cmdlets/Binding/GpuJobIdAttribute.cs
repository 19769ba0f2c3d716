using System.Collections;
using System.Management.Automation;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Lets a parameter of ids take jobs and changes of jobs: PowerShell would make a text of the whole thing.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GpuJobIdAttribute : ArgumentTransformationAttribute
{
    /// <summary>Puts ids in the place of jobs and of their changes, and leaves everything else as it is.</summary>
    /// <param name="engineIntrinsics">Not used.</param>
    /// <param name="inputData">The argument.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            GpuJob job => job.Id,
            SlurmJobChange change => change.Id.ToString(),
            IList several => several.Cast<object>().Select(one => Transform(engineIntrinsics, one)).ToArray(),
            _ => inputData,
        };
}
