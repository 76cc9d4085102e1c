using System.Buffers;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Execution;
using Microsoft.Win32.SafeHandles;

namespace DmDelegation.Platform.Operations;

/// <summary>
/// One program under way. What it says:
/// <code>
///   standard output   the result: the value of the target, or text for the report
///   standard error    line "point-of-no-return": it asks to pass it, and waits for a line "ok" on its standard input;
///                     any other line is for people, the last one gets into the log
///   exit code         0: done
/// </code>
/// Until it has read "ok" it may be killed at any moment, as by a power failure (DEL-218); end of its input instead of "ok" means that the
/// agent is gone.
/// </summary>
internal sealed class RunningProgram(StartOperation operation, Action<AgentEvent> deliver)
{
    /// <summary>Longest line to people that is kept, characters. Own choice: a log line.</summary>
    private const int MaxLine = 256;

    /// <summary>What a program has to find others; it gets nothing of the agent's environment.</summary>
    private static readonly string[] Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"];

    // Own choice: what left the group and still holds a pipe is not waited for longer.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private NativeProcess.Child? _child;
    private bool _killed;
    private bool _gone;
    private bool _passed;
    private bool _asked;
    private bool _overflow;
    private string _message = "";

    /// <summary>Kills it, or sees to it that it does not begin.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _killed = true;
            if (_child is { } child && !_gone)
                NativeProcess.KillGroup(child.Id);
        }
    }

    /// <summary>Kills it unless it has passed its point of no return.</summary>
    public void KillUnlessPassed()
    {
        lock (_gate)
        {
            if (!_passed)
                Kill();
        }
    }

    /// <summary>Tells it that it may pass its point of no return.</summary>
    public void Pass()
    {
        lock (_gate)
        {
            _passed = true;
            if (_child is null || _gone)
                return;
            try
            {
                using var pipe = new FileStream(_child.Input, FileAccess.Write, bufferSize: 0);
                pipe.Write("ok\n"u8);
            }
            catch (IOException)
            {
                // It has not waited for the word, or is gone: its end follows.
            }
        }
    }

    /// <summary>Runs it to its end, on a thread of its own.</summary>
    public void Run()
    {
        var problem = ProgramFile.Problem(operation.Binding.Program) ?? Begin();
        if (problem is not null || _child is not { } child)
        {
            deliver(new OperationEnded(operation.Number, null, default, false, problem ?? "cancelled before it began"));
            return;
        }

        var readers = new[] { Reader(() => ReadOutput(child.Output)), Reader(() => ReadErrors(child.Errors)) };
        NativeProcess.AwaitExit(child.Id);
        int? exit;
        lock (_gate)
        {
            NativeProcess.KillGroup(child.Id); // what it left behind; the group's number is its own until it is reaped
            exit = NativeProcess.Reap(child.Id);
            _gone = true;
            child.Input.Dispose();
        }

        foreach (var reader in readers)
            _ = reader.Join(LastWords);
        lock (_output)
            deliver(new OperationEnded(operation.Number, exit, _output.WrittenSpan.ToArray(), _overflow, _message));
    }

    private string? Begin()
    {
        lock (_gate)
        {
            if (_killed)
                return "cancelled before it began";
            IEnumerable<string> arguments = operation.Argument is { } argument ? operation.Binding.Arguments.Append(argument) : operation.Binding.Arguments;
            _child = NativeProcess.Start(operation.Binding.Program, arguments, Environment, out var error);
            return _child is null ? $"{operation.Binding.Program} cannot be started, errno {error}" : null;
        }
    }

    private static Thread Reader(ThreadStart read)
    {
        var thread = new Thread(read) { IsBackground = true, Name = "operation-output" };
        thread.Start();
        return thread;
    }

    // To the end, so that a program that writes too much is not stopped by a full pipe; what is too much is dropped.
    private void ReadOutput(SafeFileHandle handle)
    {
        using var pipe = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[4096];
        for (int length; (length = Read(pipe, buffer)) > 0;)
        {
            lock (_output)
            {
                var room = DeviceOperation.MaxOutputOctets - _output.WrittenCount;
                _overflow |= length > room;
                _output.Write(buffer.AsSpan(0, Math.Min(length, room)));
            }
        }
    }

    private void ReadErrors(SafeFileHandle handle)
    {
        using var pipe = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var line = new StringBuilder();
        var buffer = new byte[512];
        for (int length; (length = Read(pipe, buffer)) > 0;)
        {
            foreach (var octet in buffer.AsSpan(0, length))
            {
                if (octet == '\n')
                    Take(line);
                else if (line.Length < MaxLine)
                    line.Append(octet is >= 0x20 and < 0x7F ? (char)octet : '?');
            }
        }

        Take(line);
    }

    private void Take(StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        if (text == OperationBinding.PointOfNoReturn)
        {
            if (!_asked)
                deliver(new OperationAtPoint(operation.Number));
            _asked = true; // however often it says so
        }
        else if (text.Length > 0)
            _message = text;
    }

    private static int Read(FileStream pipe, byte[] buffer)
    {
        try
        {
            return pipe.Read(buffer);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
