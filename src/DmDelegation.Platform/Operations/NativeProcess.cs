using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DmDelegation.Platform.Operations;

/// <summary>
/// A child process in a process group of its own, which System.Diagnostics.Process does not offer: only a group can be killed with all that
/// the program started. posix_spawn(3), waitid(2) and kill(2); the structures of posix_spawn are opaque and larger nowhere than the room here.
/// </summary>
internal static unsafe partial class NativeProcess
{
    private const int OpaqueOctets = 1024;
    private const int SignalSetOctets = 128;
    private const int SignalInformationOctets = 128;
    private const int CloseOnExec = 0x80000;
    private const short SetProcessGroup = 0x02;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const int ById = 1;
    private const int Exited = 0x4;
    private const int LeaveUnreaped = 0x1000000;
    private const int Interrupted = 4;
    private const int KillSignal = 9;

    /// <summary>The ends of the three pipes that stay with the agent.</summary>
    public sealed record Child(int Id, SafeFileHandle Input, SafeFileHandle Output, SafeFileHandle Errors);

    /// <summary>
    /// Starts a program without a shell: with this environment and no other, the signal handling every program expects, and no file of the
    /// agent's but the pipes.
    /// </summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">All arguments, without the name of the program itself.</param>
    /// <param name="environment">Entries <c>NAME=value</c>.</param>
    /// <param name="error">errno, if it could not be started.</param>
    public static Child? Start(string program, IEnumerable<string> arguments, IEnumerable<string> environment, out int error)
    {
        var pipes = stackalloc int[6];
        var opened = 0;
        for (; opened < 3; opened++)
        {
            if (Pipe(pipes + (2 * opened), CloseOnExec) == 0)
                continue;
            error = Marshal.GetLastPInvokeError();
            CloseAll(pipes, 2 * opened);
            return null;
        }

        // The child reads its input and writes the other two.
        int input = pipes[0], output = pipes[3], errors = pipes[5];
        var (argv, envp) = (Strings([program, .. arguments]), Strings(environment));
        var id = 0;
        error = Spawn(&id, program, (input, output, errors), argv, envp);
        Free(argv);
        Free(envp);
        foreach (var end in (ReadOnlySpan<int>)[input, output, errors])
            _ = Close(end);
        if (error != 0)
        {
            foreach (var end in (ReadOnlySpan<int>)[pipes[1], pipes[2], pipes[4]])
                _ = Close(end);
            return null;
        }

        return new Child(id, new SafeFileHandle(pipes[1], true), new SafeFileHandle(pipes[2], true), new SafeFileHandle(pipes[4], true));
    }

    /// <summary>Waits until the process has ended and leaves it as a zombie: its number, and that of its group, stay taken until <see cref="Reap"/>.</summary>
    public static void AwaitExit(int id)
    {
        var information = stackalloc byte[SignalInformationOctets];
        while (WaitForId(ById, id, information, Exited | LeaveUnreaped) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    /// <summary>Takes the exit code of a process that has ended: 128 + n after signal n; null if somebody else took it.</summary>
    public static int? Reap(int id)
    {
        int status, reaped;
        do
        {
            reaped = WaitFor(id, &status, 0);
        }
        while (reaped < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        var signal = status & 0x7F;
        return reaped != id ? null : signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
    }

    /// <summary>Kills all processes of the group.</summary>
    public static void KillGroup(int id) => _ = Kill(-id, KillSignal);

    private static int Spawn(int* id, string program, (int Input, int Output, int Errors) ends, nint[] argv, nint[] envp)
    {
        byte* actions = stackalloc byte[OpaqueOctets], attributes = stackalloc byte[OpaqueOctets];
        byte* all = stackalloc byte[SignalSetOctets], none = stackalloc byte[SignalSetOctets];
        new Span<byte>(all, SignalSetOctets).Fill(0xFF);
        new Span<byte>(none, SignalSetOctets).Clear();
        _ = InitActions(actions);
        _ = InitAttributes(attributes);
        try
        {
            _ = AddDup(actions, ends.Input, 0);
            _ = AddDup(actions, ends.Output, 1);
            _ = AddDup(actions, ends.Errors, 2);
            // The runtime ignores SIGPIPE and blocks others; a program must not inherit that.
            _ = SetFlags(attributes, SetProcessGroup | SetSignalDefaults | SetSignalMask);
            _ = SetGroup(attributes, 0);
            _ = SetDefaults(attributes, all);
            _ = SetMask(attributes, none);
            fixed (nint* arguments = argv, variables = envp)
                return PosixSpawn(id, program, actions, attributes, arguments, variables);
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private static nint[] Strings(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Free(nint[] strings)
    {
        foreach (var text in strings)
            Marshal.FreeCoTaskMem(text);
    }

    private static void CloseAll(int* descriptors, int count)
    {
        for (var i = 0; i < count; i++)
            _ = Close(descriptors[i]);
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* descriptors, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitForId(int kind, int id, byte* information, int options);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int id, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* id, string path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDup(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setpgroup")]
    private static partial int SetGroup(byte* attributes, int group);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);
}
