using System.Management.Automation;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>The one map from errors to PowerShell's records and categories.</summary>
internal static class ErrorRecords
{
    private static readonly Dictionary<GpuOpsErrorKind, ErrorCategory> Categories = new()
    {
        [GpuOpsErrorKind.InvalidArgument] = ErrorCategory.InvalidArgument,
        [GpuOpsErrorKind.NotFound] = ErrorCategory.ObjectNotFound,
        [GpuOpsErrorKind.AlreadyExists] = ErrorCategory.ResourceExists,
        [GpuOpsErrorKind.Busy] = ErrorCategory.ResourceBusy,
        [GpuOpsErrorKind.Timeout] = ErrorCategory.OperationTimeout,
        [GpuOpsErrorKind.NotAllowed] = ErrorCategory.PermissionDenied,
        [GpuOpsErrorKind.Authentication] = ErrorCategory.AuthenticationError,
        [GpuOpsErrorKind.Unreachable] = ErrorCategory.ConnectionError,
        [GpuOpsErrorKind.InvalidData] = ErrorCategory.InvalidData,
        [GpuOpsErrorKind.NotReady] = ErrorCategory.ResourceUnavailable,
        [GpuOpsErrorKind.Exhausted] = ErrorCategory.LimitsExceeded,
        [GpuOpsErrorKind.Lost] = ErrorCategory.ResourceUnavailable,
    };

    /// <summary>The record of an error; anything but our own is a defect and says where it came from.</summary>
    public static ErrorRecord From(Exception fault, object? target = null) => fault is GpuOpsException known
        ? new ErrorRecord(known, known.Id, Categories.GetValueOrDefault(known.Kind, ErrorCategory.NotSpecified), target ?? known.Target)
        : new ErrorRecord(fault, "UnexpectedFailure", ErrorCategory.NotSpecified, target);
}
