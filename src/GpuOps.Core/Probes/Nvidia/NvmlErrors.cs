using System.Collections.Frozen;

namespace GpuOps.Probes.Nvidia;

/// <summary>NVML's answers in words.</summary>
internal static class NvmlErrors
{
    private static readonly FrozenDictionary<NvmlReturn, string> Texts = new Dictionary<NvmlReturn, string>
    {
        [NvmlReturn.NoPermission] = "this user may not use it",
        [NvmlReturn.InsufficientPower] = "its external power cables are not attached properly",
        [NvmlReturn.Timeout] = "the driver timed out",
        [NvmlReturn.IrqIssue] = "the kernel found a problem with its interrupts",
        [NvmlReturn.GpuIsLost] = "GPU is lost: it fell off the bus; reboot the host",
        [NvmlReturn.ResetRequired] = "it needs a reset before it can be used again",
        [NvmlReturn.OperatingSystem] = "the operating system blocks its device file",
        [NvmlReturn.LibraryDriverMismatch] =
            "the library's version is not the loaded driver's, as after an update; load the new driver or reboot",
        [NvmlReturn.Unknown] = "unknown driver error",
    }.ToFrozenDictionary();

    public static string Describe(NvmlReturn answer) => $"{Texts.GetValueOrDefault(answer, "NVML error")} ({(int)answer})";

    /// <summary>Whether the answer means that the GPU itself is out of order, whatever was asked.</summary>
    public static bool IsFault(NvmlReturn answer) =>
        answer is NvmlReturn.GpuIsLost or NvmlReturn.ResetRequired or NvmlReturn.InsufficientPower or NvmlReturn.IrqIssue;
}
