using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Lets a parameter take a <see cref="TimeSpan"/> or text like <c>90s 30m 8h 2d</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <summary>A duration that an object on the pipeline does not have is none.</summary>
    public override bool TransformNullOptionalParameters => false;

    /// <summary>
    /// Reads the argument. A bare number is refused: PowerShell would take it for units of 100 ns. PowerShell reads
    /// <c>90s</c> and <c>2d</c> as numbers with a type suffix, but keeps what was written as the object's text.
    /// </summary>
    /// <param name="engineIntrinsics">Not used.</param>
    /// <param name="inputData">The argument.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            return (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is TimeSpan { Ticks: > 0 } duration
                ? duration
                : Duration.Parse(inputData?.ToString() ?? "");
        }
        catch (GpuOpsException fault)
        {
            throw new ArgumentTransformationMetadataException(fault.Message, fault);
        }
    }
}
