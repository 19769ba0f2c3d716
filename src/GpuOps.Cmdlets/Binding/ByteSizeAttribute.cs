using System.Management.Automation;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Lets a parameter take a number of bytes or text like <c>512MB 20GB</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    /// <summary>A megabyte: a smaller number is one whose unit was forgotten, <c>-Memory 20</c>.</summary>
    private const int Least = 1 << 20;

    /// <summary>Reads the argument. An unquoted <c>20GB</c> is a number already.</summary>
    /// <param name="engineIntrinsics">Not used.</param>
    /// <param name="inputData">The argument.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                string text => ByteSize.Parse(text),
                int bytes and >= Least => (long)bytes,
                long bytes and >= Least => bytes,
                double bytes and >= Least and < long.MaxValue => (long)bytes,
                decimal bytes and >= Least and < long.MaxValue => (long)bytes,
                _ => throw new GpuOpsException("InvalidSize", GpuOpsErrorKind.InvalidArgument,
                    $"'{value}' is not an amount of memory. Write it like {ByteSize.Forms}.", value),
            };
        }
        catch (GpuOpsException fault)
        {
            throw new ArgumentTransformationMetadataException(fault.Message, fault);
        }
    }
}
