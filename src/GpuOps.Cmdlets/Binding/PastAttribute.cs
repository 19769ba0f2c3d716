using System.Globalization;
using System.Management.Automation;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Lets a parameter take a moment, or how long ago: <c>30d</c>, <c>12h</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PastAttribute : ArgumentTransformationAttribute
{
    /// <summary>Reads the argument.</summary>
    /// <param name="engineIntrinsics">Not used.</param>
    /// <param name="inputData">The argument.</param>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            DateTime moment => moment,
            DateTimeOffset moment => moment.LocalDateTime,
            TimeSpan { Ticks: > 0 } ago => DateTime.Now - ago,
            // 30d reaches this as a number that remembers how it was written.
            _ when Duration.TryParse(inputData?.ToString(), out var ago) => DateTime.Now - ago,
            string text when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment) => moment,
            var other => throw new ArgumentTransformationMetadataException(
                $"'{other}' is neither a moment nor how long ago. Write it like 30d, 12h or 2026-11-01."),
        };
}
