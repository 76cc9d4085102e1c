using System.Collections.Concurrent;
using System.Text;
using DmDelegation.Engine;
using DmDelegation.Engine.Execution;
using DmDelegation.Platform.Operations;

namespace DmDelegation.Tests.Platform.Operations;

/// <summary>Real programs, as short as they can be.</summary>
[TestClass]
public sealed class ProgramRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BlockingCollection<AgentEvent> _news = [];
    private readonly ProgramRunner _runner;
    private long _number;

    public ProgramRunnerTests() => _runner = new ProgramRunner(_news.Add);

    public void Dispose()
    {
        _runner.StopAsync(TimeSpan.FromSeconds(10)).Wait();
        _news.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void A_program_gets_its_arguments_as_they_are_and_nothing_of_the_environment_REP_066()
    {
        Environment.SetEnvironmentVariable("DM_TEST_SECRET", "must not be seen");
        var ended = Run("printf '%s|' \"$@\"; env | sort | cut -d= -f1 | grep -v '^_$' | tr '\\n' ' '", "$(touch /tmp/x); 'a' \"b\"", "--fixed", "two words");
        Assert.AreEqual(0, ended.Exit);
        Assert.AreEqual("--fixed|two words|$(touch /tmp/x); 'a' \"b\"|LANG PATH PWD ", Text(ended), "PWD is the shell's own");
    }

    [TestMethod]
    [DataRow("exit 3", 3)]
    [DataRow("kill -9 $$", 137)]
    [DataRow("kill -13 $$", 141)]
    public void An_end_is_told_as_it_was(string script, int exit) => Assert.AreEqual(exit, Run(script).Exit);

    [TestMethod]
    public void Output_is_taken_up_to_its_limit_and_a_program_that_writes_more_is_not_stopped_by_it()
    {
        var ended = Run("head -c 200000 /dev/zero; echo 'all of it' >&2");
        Assert.AreEqual((0, DeviceOperation.MaxOutputOctets, true, "all of it"), (ended.Exit, ended.Output.Length, ended.Overflow, ended.Message));
    }

    [TestMethod]
    public void A_program_that_asks_again_and_again_is_heard_once_DEL_218()
    {
        var program = Program("for n in 1 2 3; do echo point-of-no-return >&2; done; read word; echo $word");
        _runner.Start(new StartOperation(++_number, program, null));
        Assert.AreEqual(new OperationAtPoint(_number), Next());
        _runner.PassPoint(_number);
        Assert.AreEqual("ok", Text((OperationEnded)Next()).Trim());
    }

    [TestMethod]
    public void A_cancelled_program_is_killed_with_all_it_started_DEL_218()
    {
        var program = Program("sleep 1000 & echo $! ; echo point-of-no-return >&2; wait");
        _runner.Start(new StartOperation(++_number, program, null));
        Assert.AreEqual(new OperationAtPoint(_number), Next());
        _runner.Cancel(_number);
        var ended = (OperationEnded)Next();
        Assert.AreEqual(137, ended.Exit);
        AssertGoes(Text(ended).Trim());
    }

    [TestMethod]
    public void It_passes_its_point_of_no_return_when_it_has_got_the_word_DEL_218()
    {
        _runner.Start(new StartOperation(++_number, Program("echo point-of-no-return >&2; read word; echo \"got $word\""), null));
        Assert.AreEqual(new OperationAtPoint(_number), Next());
        _runner.PassPoint(_number);
        Assert.AreEqual("got ok\n", Text((OperationEnded)Next()));
    }

    [TestMethod]
    public void What_it_leaves_running_does_not_outlive_it()
    {
        var ended = Run("sleep 1000 & echo $!");
        Assert.AreEqual(0, ended.Exit);
        AssertGoes(Text(ended).Trim());
    }

    [TestMethod]
    public void It_has_no_file_of_the_agent_but_its_pipes()
    {
        using var held = File.Create(_folder.File("held-by-the-agent"));
        var open = Text(Run("ls -l /proc/self/fd"));
        StringAssert.Contains(open, "pipe:", StringComparison.Ordinal);
        Assert.IsFalse(open.Contains("held-by-the-agent", StringComparison.Ordinal), open);
    }

    [TestMethod]
    public void A_program_that_others_can_write_is_not_run()
    {
        var program = Program("echo ran");
        File.SetUnixFileMode(program.Program, File.GetUnixFileMode(program.Program) | UnixFileMode.OtherWrite);
        _runner.Start(new StartOperation(++_number, program, null));
        var ended = (OperationEnded)Next();
        Assert.IsNull(ended.Exit);
        StringAssert.Contains(ended.Message, "can be written", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_program_that_is_not_there_or_no_program_ends_as_not_started()
    {
        _runner.Start(new StartOperation(++_number, new OperationBinding(_folder.Path + "/none", [], 1, OperationArgument.None), null));
        Assert.IsNull(((OperationEnded)Next()).Exit);
        var text = Program("echo");
        File.WriteAllText(text.Program, "no program at all");
        _runner.Start(new StartOperation(++_number, text, null));
        var ended = (OperationEnded)Next();
        Assert.IsNull(ended.Exit, ended.Message);
    }

    [TestMethod]
    public async Task Stopping_kills_what_has_not_passed_its_point_of_no_return()
    {
        _runner.Start(new StartOperation(++_number, Program("sleep 1000"), null));
        await _runner.StopAsync(TimeSpan.FromSeconds(10));
        Assert.AreEqual(_number, ((OperationEnded)Next()).Number);
    }

    private static string Text(OperationEnded ended) => Encoding.UTF8.GetString(ended.Output.Span);

    private static void AssertGoes(string id) =>
        Assert.IsTrue(SpinWait.SpinUntil(() => !Directory.Exists("/proc/" + id) || IsZombie(id), TimeSpan.FromSeconds(10)), "what it started is gone with it");

    private static bool IsZombie(string id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return true;
        }
    }

    private OperationEnded Run(string script, string? argument = null, params string[] arguments)
    {
        _runner.Start(new StartOperation(++_number, Program(script, arguments), argument));
        return (OperationEnded)Next();
    }

    private AgentEvent Next() => _news.TryTake(out var news, TimeSpan.FromSeconds(30)) ? news : throw new AssertFailedException("nothing came of the program");

    private OperationBinding Program(string script, params string[] arguments)
    {
        var path = _folder.Write($"program-{_number + 1}", "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new OperationBinding(path, [.. arguments], 60, OperationArgument.Text);
    }
}
