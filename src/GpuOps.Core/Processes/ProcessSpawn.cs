using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GpuOps.Processes;

/// <summary>Starts processes with posix_spawn(3), which tells before it returns whether the program could be started.</summary>
internal static unsafe partial class ProcessSpawn
{
    /// <summary>More than any system's structure takes: glibc's and musl's have 336, 80 and 128 bytes.</summary>
    private const int StructureSize = 1024;
    private const short ResetSignals = 4, SetMask = 8, NewSession = 0x80;
    private const int FirstOther = 3;

    /// <summary>Starts a process; it is this one's child.</summary>
    /// <param name="start">What to start.</param>
    /// <param name="process">Its id.</param>
    /// <returns>0, or the system's error.</returns>
    public static int Start(ProcessStart start, out int process)
    {
        process = 0;
        using var arguments = new NativeStrings(start.Arguments);
        using var variables = new NativeStrings([.. start.Variables.Select(static variable => $"{variable.Key}={variable.Value}")]);
        byte* memory = stackalloc byte[3 * StructureSize];
        byte* actions = memory, attributes = memory + StructureSize, signals = memory + (2 * StructureSize);
        int error;
        if ((error = InitializeActions(actions)) != 0)
        {
            return error;
        }

        try
        {
            if ((error = InitializeAttributes(attributes)) != 0)
            {
                return error;
            }

            try
            {
                return (error = Attribute(attributes, signals)) != 0 || (error = Arrange(actions, start)) != 0 ? error
                    : Spawn(out process, start.Program, actions, attributes, arguments.Pointer, variables.Pointer);
            }
            finally
            {
                _ = DestroyAttributes(attributes);
            }
        }
        finally
        {
            _ = DestroyActions(actions);
        }
    }

    /// <summary>.NET ignores SIGPIPE, and a program inherits what is ignored.</summary>
    private static int Attribute(byte* attributes, byte* signals)
    {
        _ = FillSet(signals);
        var error = SetDefaults(attributes, signals);
        _ = EmptySet(signals);
        return error != 0 || (error = SetSignalMask(attributes, signals)) != 0 ? error
            : SetFlags(attributes, ResetSignals | SetMask | NewSession);
    }

    private static int Arrange(byte* actions, ProcessStart start)
    {
        int error;
        if ((error = AddFolder(actions, start.Folder)) != 0
            || (error = AddStream(actions, start.Input, 0)) != 0
            || (error = AddStream(actions, start.Output, 1)) != 0
            || (error = AddStream(actions, start.Error, 2)) != 0)
        {
            return error;
        }

        // What was open when this process came to be would be inherited on; all that .NET opens is not.
        foreach (var open in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(open), out var number) && number >= FirstOther && (error = AddClose(actions, number)) != 0)
            {
                return error;
            }
        }

        return 0;
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int process, string path, byte* actions, byte* attributes, byte** arguments, byte** variables);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddFolder(byte* actions, string folder);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddStream(byte* actions, SafeFileHandle file, int number);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclose")]
    private static partial int AddClose(byte* actions, int number);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(byte* signals);
}
