namespace GpuOps.Probes.Nvidia;

/// <summary>What an NVML call answers (nvmlReturn_t in nvml.h).</summary>
internal enum NvmlReturn
{
    Success = 0,
    Uninitialized = 1,
    InvalidArgument = 2,
    NotSupported = 3,
    NoPermission = 4,
    NotFound = 6,
    InsufficientSize = 7,
    InsufficientPower = 8,
    DriverNotLoaded = 9,
    Timeout = 10,
    IrqIssue = 11,
    LibraryNotFound = 12,
    FunctionNotFound = 13,
    GpuIsLost = 15,
    ResetRequired = 16,
    OperatingSystem = 17,
    LibraryDriverMismatch = 18,
    ArgumentVersionMismatch = 25,
    GpuNotFound = 28,
    Unknown = 999,
}
